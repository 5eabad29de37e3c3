#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace claviger::domain {

// What is wrong with the configuration, and what to do about it.
class BadConfiguration : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The file itself cannot be read. What to do about it depends on who was told of the file, and how.
class UnreadableConfiguration : public BadConfiguration {
    using BadConfiguration::BadConfiguration;
};

// Everything that an operator can set, for the workers and the tool alike. It holds no secret, only the files
// that hold them, so that each account can read its own.
struct Settings {
    struct Server {
        std::string host;
        std::optional<unsigned> port;  // or database.port
    };
    enum class Tls { kRequired, kOff };
    struct Database {
        std::filesystem::path socket;  // of the server, or empty for TCP
        std::vector<Server> hosts;     // database.host: one, or the nodes of a cluster, the preferred one first
        unsigned port = 3306;
        unsigned timeoutSeconds = 2;            // to connect, to send a statement, to read its answer
        Tls tls = Tls::kRequired;               // over TCP; a unix socket has none
        std::filesystem::path tlsCa;            // signs the server's certificate; empty: the CAs of the system
        std::filesystem::path tlsCert, tlsKey;  // of the client, where the server wants one; else empty
        std::string workerUser = "claviger_worker";
        std::filesystem::path workerPasswordFile;
        std::string toolUser = "claviger_tool";
        std::filesystem::path toolPasswordFile;
        std::string pruneUser;  // the account of `claviger prune`; empty: there is none
        std::filesystem::path prunePasswordFile;
    };
    struct Fcgi {
        std::filesystem::path socket;  // where nginx finds the workers
        std::string user;              // whom master and workers become where root starts them; empty: they stay root
        unsigned workers = 0;          // processes; 0: one a core
        unsigned threads = 8;          // per process, each with a database connection of its own
    };
    struct Verify {
        unsigned cacheKeys = 100'000;  // living keys that a worker remembers, at some 120 bytes each; 0: none
    };
    struct Passwords {
        unsigned memoryMib = 19;  // of one hashing
        unsigned passes = 2;
    };

    struct Limits {
        std::optional<unsigned> changes = 2000;  // creates and regenerates an hour and user; nothing ("off"): no limit
    };

    Database database;
    Fcgi fcgi;
    Verify verify;
    Passwords passwords;
    Limits limits;
    std::filesystem::path pepperFile;       // what new keys are stored with, and what used ones move to
    std::filesystem::path pepperOtherFile;  // the one before it or the next one, while two live; else empty
    std::filesystem::path runFolder;        // lock files; one per host, writable by the workers
    std::filesystem::path templatesFolder;
    std::filesystem::path migrationsFolder;

    using Environment = std::map<std::string, std::string>;

    // Reads lines "name = value" (# begins a comment line), then overrides from the environment: the setting
    // fcgi.threads is the variable CLAVIGER_FCGI_THREADS. Relative paths are relative to the file.
    // Throws UnreadableConfiguration, or BadConfiguration for an unknown setting (naming the nearest known one), a
    // setting given twice, or a value of the wrong kind.
    static Settings load(const std::filesystem::path& file, const Environment& environment);
};

// The variables of this process.
Settings::Environment currentEnvironment();

// A file that a setting names holds no usable secret: unreadable, no line of text (secrets::OneLineSecret), of another
// form, or open to other accounts.
class BadSecret : public BadConfiguration {
    using BadConfiguration::BadConfiguration;
};

// The one line of a secret file, without its line end. Throws BadSecret, or BadConfiguration if no file is named.
std::string readSecretFile(const std::filesystem::path&, const std::string& setting);

}  // namespace claviger::domain
