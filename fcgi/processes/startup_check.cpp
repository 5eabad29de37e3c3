#include "fcgi/processes/startup_check.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "domain/secrets/hasher.h"

namespace claviger::fcgi {
namespace {

namespace fs = std::filesystem;

void requireFolder(const fs::path& folder, const std::string& setting, int access) {
    if (folder.empty()) throw domain::BadConfiguration(setting + " is not set");
    if (!fs::is_directory(folder))
        throw domain::BadConfiguration(setting + ": there is no folder " + folder.string() + "; create it");
    if (::access(folder.c_str(), access) != 0)
        throw domain::BadConfiguration(setting + ": the folder " + folder.string() + " is closed to this account");
}

}  // namespace

void checkStartup(const domain::Settings& settings) {
    if (settings.fcgi.socket.empty())
        throw domain::BadConfiguration("fcgi.socket is not set: it is where nginx finds the workers");
    requireFolder(settings.fcgi.socket.parent_path(), "fcgi.socket", W_OK | X_OK);
    requireFolder(settings.runFolder, "run.folder", W_OK | X_OK);
    requireFolder(settings.templatesFolder, "templates.folder", R_OK | X_OK);
    (void)domain::readSecretFile(settings.database.workerPasswordFile, "database.worker_password_file");
    if (settings.pepperFile.empty()) throw domain::BadConfiguration("pepper.file is not set: no key can be checked");
    (void)domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile);
}

}  // namespace claviger::fcgi
