#include "domain/doctor/file_checks.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/one_line_secret.h"

namespace claviger::domain {
namespace {

namespace fs = std::filesystem;

constexpr int kMostGroups = 1024;  // of an account that are looked at

std::optional<struct stat> statusOf(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

Finding serious(const std::string& check, const std::string& what, const std::string& fix) {
    return {Severity::kSerious, check, what, fix};
}

bool isPrivate(const fs::path& secret) {
    return secrets::OneLineSecret::requirePrivate(secret).ok();
}

// A secret must be a regular file that is private.
Finding checkSecret(const std::string& check, const std::string& setting, const fs::path& file) {
    if (file.empty()) return serious(check, setting + " is not set", "Let it name the file that holds the secret.");
    const auto status = statusOf(file);
    if (!status || !S_ISREG(status->st_mode))
        return serious(check, setting + ": there is no file " + file.string(), "Restore it, or correct the setting.");
    if (!isPrivate(file))
        return serious(check, setting + ": " + file.string() + " is open to other accounts",
                       "chmod 600 " + file.string());
    return {Severity::kGood, check, file.string() + " is closed to other accounts"};
}

bool isClosed(const fs::path& file) {
    return ::access(file.c_str(), F_OK) == 0 && ::access(file.c_str(), R_OK) != 0;
}

// Returns no finding for a pepper that is not set or not private: the check of its file reports that.
Findings checkPepper(const Settings& settings) {
    const std::string check = "pepper";
    if (settings.pepperFile.empty() || !isPrivate(settings.pepperFile) || !isPrivate(settings.pepperOtherFile))
        return {};
    if (isClosed(settings.pepperFile) || isClosed(settings.pepperOtherFile))
        return {{Severity::kWarning, check, "this account may not read the pepper, so it was not looked at",
                 "Run this as the account of the workers, or as root."}};
    try {
        (void)secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile);
    } catch (const std::exception& failure) {
        return {
            serious(check, failure.what(), "Without the pepper no stored key verifies: restore it from its backup.")};
    }
    return {{Severity::kGood, check, "the pepper is there and whole; keep a backup apart from the database's"}};
}

// The key's group may have access, because both the workers and the tool read the key.
Finding checkTlsKey(const fs::path& file) {
    const std::string check = "database_tls_key";
    const auto status = statusOf(file);
    if (!status) return serious(check, "database.tls_key: there is no file " + file.string(), "Restore it.");
    if ((status->st_mode & S_IRWXO) != 0)
        return serious(check, "database.tls_key: everybody may use " + file.string(), "chmod o= " + file.string());
    return {Severity::kGood, check, file.string() + " is closed to strangers"};
}

// For certificates, which are not secret.
Finding checkReadable(const std::string& check, const std::string& setting, const fs::path& file) {
    if (::access(file.c_str(), R_OK) != 0)
        return serious(check, setting + ": " + file.string() + " cannot be read",
                       "Restore it, or let this account, the workers and the tool read it.");
    return {Severity::kGood, check, file.string() + " can be read"};
}

Findings checkTlsFiles(const Settings::Database& database) {
    Findings findings;
    if (!database.tlsCa.empty())
        findings.push_back(checkReadable("database_tls_ca", "database.tls_ca", database.tlsCa));
    if (!database.tlsCert.empty())
        findings.push_back(checkReadable("database_tls_cert", "database.tls_cert", database.tlsCert));
    if (!database.tlsKey.empty()) findings.push_back(checkTlsKey(database.tlsKey));
    return findings;
}

Finding checkFolder(const std::string& check, const std::string& setting, const fs::path& folder) {
    if (folder.empty()) return serious(check, setting + " is not set", "Let it name a folder.");
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored))
        return serious(check, setting + ": there is no folder " + folder.string(), "Make it, or correct the setting.");
    return {Severity::kGood, check, folder.string() + " is there"};
}

// An account with write access could replace a socket, a lock or a template.
Finding checkClosedFolder(const std::string& check, const std::string& setting, const fs::path& folder) {
    auto found = checkFolder(check, setting, folder);
    if (found.severity != Severity::kGood) return found;
    const auto status = statusOf(folder);
    if (status && (status->st_mode & S_IWOTH) != 0)
        return serious(check, setting + ": everybody may write to " + folder.string(), "chmod o-w " + folder.string());
    return found;
}

// The workers treat every process that connects to the socket as nginx.
Finding checkSocket(const Settings& settings) {
    const std::string check = "fcgi_socket";
    const auto& socket = settings.fcgi.socket;
    if (socket.empty())
        return serious(check, "fcgi.socket is not set", "Let it name the socket where nginx finds the workers.");
    const auto status = statusOf(socket);
    if (!status)
        return {Severity::kWarning, check, "there is no socket " + socket.string() + ": no workers run here",
                "Start claviger-fcgi."};
    if (!S_ISSOCK(status->st_mode))
        return serious(check, socket.string() + " is not a socket", "Remove it and start claviger-fcgi anew.");
    if ((status->st_mode & S_IRWXO) != 0)
        return serious(check, "everybody may speak to the workers past nginx: " + socket.string(),
                       "chmod 660 " + socket.string() + ", its group being nginx's.");
    return {Severity::kGood, check, socket.string() + " is closed to strangers"};
}

std::string accountWithGroup(gid_t group, uid_t besides) {
    std::string name;
    ::setpwent();
    while (const auto* const account = ::getpwent())
        if (name.empty() && account->pw_gid == group && account->pw_uid != besides) name = account->pw_name;
    ::endpwent();
    return name;
}

// If the socket's group is the primary group of an account, every process of that account can act as nginx.
Finding checkSocketGroup(const fs::path& socket, const struct stat& status) {
    const std::string check = "fcgi_socket_group";
    const auto account = accountWithGroup(status.st_gid, status.st_uid);
    if (account.empty()) return {Severity::kGood, check, "the socket's group is no account's own group"};
    return {Severity::kWarning, check, "every program of " + account + " may speak to the workers past nginx",
            "Give " + socket.string() + " a group of its own with nginx's account in it (nginx/README.md)."};
}

Finding checkWorkersAccount(const struct stat& status) {
    const std::string check = "fcgi_user";
    if (status.st_uid != 0) return {Severity::kGood, check, "the socket does not belong to root"};
    return {Severity::kWarning, check, "the socket belongs to root, so the workers run as root",
            "Set fcgi.user to an account of their own, or start the service by its systemd unit."};
}

// An existing socket shows the account and the group of the workers.
Findings checkSocketOwners(const Settings& settings) {
    const auto status = settings.fcgi.socket.empty() ? std::nullopt : statusOf(settings.fcgi.socket);
    if (!status || !S_ISSOCK(status->st_mode)) return {};
    return {checkWorkersAccount(*status), checkSocketGroup(settings.fcgi.socket, *status)};
}

// Whether the account may read and write the file.
bool mayChange(const passwd& account, const struct stat& file) {
    const auto has = [&](mode_t bits) { return (file.st_mode & bits) == bits; };
    if (account.pw_uid == 0) return true;
    if (account.pw_uid == file.st_uid) return has(S_IRUSR | S_IWUSR);
    std::vector<gid_t> groups(kMostGroups);
    int count = kMostGroups;
    if (::getgrouplist(account.pw_name, account.pw_gid, groups.data(), &count) >= 0)
        groups.resize(static_cast<std::size_t>(count));
    const bool isMember = std::find(groups.begin(), groups.end(), file.st_gid) != groups.end();
    return isMember ? has(S_IRGRP | S_IWGRP) : has(S_IROTH | S_IWOTH);
}

// An earlier start under another account may have made the file. Then no worker can start.
Findings checkHashingQueue(const Settings& settings) {
    const std::string check = "hashing_queue";
    const auto file = secrets::HashingQueue::fileIn(settings.runFolder);
    const auto status = statusOf(file);
    const auto* const account = settings.fcgi.user.empty() ? nullptr : ::getpwnam(settings.fcgi.user.c_str());
    if (!status || account == nullptr) return {};
    if (mayChange(*account, *status)) return {{Severity::kGood, check, file.string() + " is open to fcgi.user"}};
    return {serious(check,
                    "fcgi.user: " + file.string() + " is closed to " + settings.fcgi.user + ": no worker can start",
                    "chown " + settings.fcgi.user + " " + file.string() + ", or stop the service and delete it.")};
}

}  // namespace

// The configuration needs this protection: it names the files of the secrets, and the folders of templates and
// migrations.
Finding checkConfiguration(const fs::path& file) {
    const std::string check = "configuration";
    const auto status = statusOf(file);
    if (status && (status->st_mode & S_IWOTH) != 0)
        return serious(check, "everybody may change " + file.string(), "chmod o-w " + file.string());
    return {Severity::kGood, check, file.string() + " can be read"};
}

Findings checkFiles(const Settings& settings) {
    Findings findings{
        checkSecret("worker_password", "database.worker_password_file", settings.database.workerPasswordFile),
        checkSecret("tool_password", "database.tool_password_file", settings.database.toolPasswordFile),
        checkSecret("pepper_file", "pepper.file", settings.pepperFile),
        checkClosedFolder("run_folder", "run.folder", settings.runFolder),
        checkSocket(settings),
        checkClosedFolder("templates_folder", "templates.folder", settings.templatesFolder),
        checkClosedFolder("migrations_folder", "migrations.folder", settings.migrationsFolder),
    };
    for (auto& finding : checkPepper(settings)) findings.push_back(std::move(finding));
    for (auto& finding : checkSocketOwners(settings)) findings.push_back(std::move(finding));
    for (auto& finding : checkHashingQueue(settings)) findings.push_back(std::move(finding));
    if (!settings.fcgi.socket.empty())
        findings.push_back(checkClosedFolder("socket_folder", "fcgi.socket", settings.fcgi.socket.parent_path()));
    for (auto& finding : checkTlsFiles(settings.database)) findings.push_back(std::move(finding));
    if (!settings.database.pruneUser.empty())
        findings.push_back(
            checkSecret("prune_password", "database.prune_password_file", settings.database.prunePasswordFile));
    if (!settings.pepperOtherFile.empty())
        findings.push_back(checkSecret("pepper_other_file", "pepper.other_file", settings.pepperOtherFile));
    return findings;
}

}  // namespace claviger::domain
