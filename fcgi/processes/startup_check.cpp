#include "fcgi/processes/startup_check.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"

namespace claviger::fcgi {
namespace {

namespace fs = std::filesystem;

std::string nameOfThisAccount() {
    const auto* const account = ::getpwuid(::geteuid());
    return account != nullptr ? account->pw_name : std::to_string(::geteuid());
}

bool isClosed(const fs::path& path, int access) {
    return ::access(path.c_str(), access) != 0 && errno == EACCES;
}

// The first folder on the way to the path that this account may not enter.
std::optional<fs::path> closedFolderBefore(const fs::path& path) {
    fs::path folder;
    for (const auto& part : fs::absolute(path).parent_path())
        if (isClosed(folder /= part, X_OK)) return folder;
    return std::nullopt;
}

enum class Remedy {
    kOwn,   // let the path belong to the account
    kOpen,  // let each account read it: it holds no secret
};

// `access` is R_OK, W_OK and X_OK as for access(2). A path that does not exist is not refused.
void requireAccess(const fs::path& path, const std::string& setting, int access, Remedy remedy = Remedy::kOwn) {
    if (!isClosed(path, access)) return;
    const auto account = nameOfThisAccount();
    const auto refuse = [&](const fs::path& closed, const std::string& need, const std::string& command) {
        throw domain::BadConfiguration(setting + ": " + closed.string() + " is closed to the account " + account +
                                       ", which must " + need + ": " + command + " " + closed.string());
    };
    if (const auto folder = closedFolderBefore(path)) refuse(*folder, "enter it", "chmod o+x");
    const std::string open = (access & X_OK) != 0 ? "chmod o+rx" : "chmod o+r";
    refuse(path, (access & W_OK) != 0 ? "write to it" : "read it", remedy == Remedy::kOpen ? open : "chown " + account);
}

void requireFolder(const fs::path& folder, const std::string& setting, int access, Remedy remedy = Remedy::kOwn) {
    if (folder.empty()) throw domain::BadConfiguration(setting + " is not set");
    requireAccess(folder, setting, access, remedy);
    if (!fs::is_directory(folder))
        throw domain::BadConfiguration(setting + ": there is no folder " + folder.string() + "; create it");
    if (::access(folder.c_str(), access) != 0)
        throw domain::BadConfiguration(setting + ": the folder " + folder.string() +
                                       " cannot be used: " + std::strerror(errno));
}

}  // namespace

domain::Settings loadSettings(const fs::path& configuration) {
    requireAccess(configuration, "the configuration", R_OK, Remedy::kOpen);
    return domain::Settings::load(configuration, domain::currentEnvironment());
}

void checkStartup(const domain::Settings& settings) {
    if (settings.fcgi.socket.empty())
        throw domain::BadConfiguration("fcgi.socket is not set: it is where nginx finds the workers");
    requireFolder(settings.fcgi.socket.parent_path(), "fcgi.socket", W_OK | X_OK);
    requireFolder(settings.runFolder, "run.folder", W_OK | X_OK);
    requireAccess(domain::secrets::HashingQueue::fileIn(settings.runFolder), "run.folder", R_OK | W_OK);
    requireFolder(settings.templatesFolder, "templates.folder", R_OK | X_OK, Remedy::kOpen);
    requireAccess(settings.database.workerPasswordFile, "database.worker_password_file", R_OK);
    (void)domain::readSecretFile(settings.database.workerPasswordFile, "database.worker_password_file");
    if (settings.pepperFile.empty()) throw domain::BadConfiguration("pepper.file is not set: no key can be checked");
    requireAccess(settings.pepperFile, "pepper.file", R_OK);
    requireAccess(settings.pepperOtherFile, "pepper.other_file", R_OK);
    (void)domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile);
}

}  // namespace claviger::fcgi
