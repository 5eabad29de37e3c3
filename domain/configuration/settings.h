#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace claviger::domain {

// The configuration is wrong. what() names the problem and its fix.
class BadConfiguration : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The configuration file itself cannot be read. The fix depends on how the path of the file was given, so the caller
// adds it.
class UnreadableConfiguration : public BadConfiguration {
    using BadConfiguration::BadConfiguration;
};

// Every setting of an operator, for the workers and the tool. It holds no secrets, only the paths of secret files, so
// that each account can read only its own.
struct Settings {
    struct Server {
        std::string host;
        std::optional<unsigned> port;  // or database.port
    };
    enum class Tls { kRequired, kOff };
    struct Database {
        std::filesystem::path socket;  // the server's; empty for TCP
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
        std::string user;              // the account of master and workers if root starts them; empty: they stay root
        unsigned workers = 0;          // processes; 0: one a core
        unsigned threads = 8;          // per process, each with a database connection of its own
    };
    struct Verify {
        unsigned cacheKeys = 100'000;  // active keys that a host caches, and a quarter as many dead ones; 0: none
    };
    struct Keys {
        unsigned cacheLists = 4096;  // users whose list of keys each worker caches; 0: none
    };
    struct Passwords {
        unsigned memoryMib = 19;  // of one hashing
        unsigned passes = 2;
    };

    struct Limits {
        std::optional<unsigned> changes = 2000;  // creates and regenerates per hour and user; nullopt ("off"): no limit
    };

    Database database;
    Fcgi fcgi;
    Verify verify;
    Keys keys;
    Passwords passwords;
    Limits limits;
    std::filesystem::path pepperFile;       // the pepper that new keys are stored with and used keys move to
    std::filesystem::path pepperOtherFile;  // the previous or next pepper while two are in use; otherwise empty
    std::filesystem::path runFolder;        // lock files; one per host, writable by the workers
    std::filesystem::path templatesFolder;
    std::filesystem::path migrationsFolder;

    using Environment = std::map<std::string, std::string>;

    // Reads lines "name = value" (# begins a comment line), then overrides them from the environment: the setting
    // fcgi.threads is the variable CLAVIGER_FCGI_THREADS. Relative paths in the file are relative to the file's folder,
    // those in the environment to the current folder.
    // Throws UnreadableConfiguration if the file cannot be read. Throws BadConfiguration for a setting given twice, a
    // value of the wrong kind, or an unknown setting; for the latter it names the nearest known one, or all.
    static Settings load(const std::filesystem::path& file, const Environment& environment);
};

// Returns the environment variables of this process.
Settings::Environment currentEnvironment();

// The file of a setting holds no usable secret. It is unreadable, not one line of text (secrets::OneLineSecret), of
// another form, or open to other accounts.
class BadSecret : public BadConfiguration {
    using BadConfiguration::BadConfiguration;
};

// Returns the one line of a secret file, without its line end. The returned copy does not wipe itself. `setting` is
// the setting's name, for the error text. Throws BadSecret, or BadConfiguration if the path is empty.
std::string readSecretFile(const std::filesystem::path&, const std::string& setting);

}  // namespace claviger::domain
