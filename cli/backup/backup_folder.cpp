#include "cli/backup/backup_folder.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "cli/backup/export_file.h"
#include "cli/backup/export_format.h"
#include "cli/backup/export_reader.h"
#include "cli/frame/answer.h"
#include "cli/frame/failure.h"
#include "domain/base/utf8.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

using domain::ArchiveRefused;

constexpr auto kHead = "backup.json";
constexpr auto kFormat = "claviger-backup";
constexpr int kVersion = 1;

// Returns the name if it stays within the folder. Throws ArchiveRefused for any other name.
std::string fileNamed(const std::string& name) {
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos)
        throw ArchiveRefused("backup.json names a file that no backup has");
    return name;
}

// Checks the slug and replaces control characters in the message, since later output shows both.
BackupHead::Missing missingIn(const JsonObject& entry) {
    const auto tenant = entry.getValue<std::string>("tenant");
    auto why = domain::decodeUtf8(entry.getValue<std::string>("message"));
    if (!domain::TenantSlug::parse(tenant).ok() || !why)
        throw ArchiveRefused("backup.json names a tenant that no backup has");
    std::replace_if(why->begin(), why->end(), domain::isControl, U' ');
    return {tenant, domain::encodeUtf8(*why)};
}

// Backups of earlier releases name no missing tenant.
std::vector<BackupHead::Missing> allMissingIn(const JsonObject& head) {
    std::vector<BackupHead::Missing> all;
    const auto entries = head.getArray("missing");
    for (unsigned i = 0; entries && i < entries->size(); ++i) {
        const auto entry = entries->getObject(i);
        if (!entry) throw ArchiveRefused("backup.json is not whole");
        all.push_back(missingIn(*entry));
    }
    return all;
}

}  // namespace

void makeBackupFolder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return;
    if (errno == EEXIST)
        throw Failure(ExitStatus::kConflict, "file_exists", folder.string() + " exists, and no backup replaces another",
                      "Choose another name.");
    const int error = errno;
    throw Failure(ExitStatus::kFailed, "export_not_written",
                  folder.string() + " cannot be made: " + std::generic_category().message(error),
                  error == ENOENT
                      ? "Make the folder above it first: mkdir -p " + fs::absolute(folder).parent_path().string()
                      : "Choose a folder that can be written and has room.");
}

void writeBackupHead(const fs::path& folder, const BackupHead& head) {
    JsonArray files, missing;
    for (const auto& file : head.files) files.add(file);
    for (const auto& [tenant, why] : head.missing) missing.add(jsonObject({{"tenant", tenant}, {"message", why}}));
    std::ostringstream text;
    jsonObject({{"format", std::string(kFormat)},
                {"version", kVersion},
                {"writtenAt", head.writtenAt},
                {"peppers", toJson(head.peppers)},
                {"tenants", files},
                {"missing", missing}})
        .stringify(text, 2);
    ExportFile file(folder / kHead);
    file.write(text.str() + "\n");
    file.keep();
}

BackupHead readBackupHead(const fs::path& folder) {
    errno = 0;
    std::ifstream in(folder / kHead);
    if (!in && errno == ENOENT)
        throw ArchiveRefused(folder.string() + " holds no whole backup: there is no backup.json");
    if (!in)
        throw ArchiveRefused((folder / kHead).string() + " cannot be read: " + std::generic_category().message(errno));
    try {
        Poco::JSON::Parser parser;
        const auto object = parser.parse(in).extract<JsonObject::Ptr>();
        if (object->getValue<std::string>("format") != kFormat || object->getValue<int>("version") != kVersion)
            throw ArchiveRefused("backup.json is of a form that this release does not know");
        BackupHead head{timeIn(*object), {}, {}, allMissingIn(*object)};
        const auto peppers = object->getObject("peppers");
        const auto files = object->getArray("tenants");
        if (!peppers || !files) throw ArchiveRefused("backup.json is not whole");
        head.peppers = peppersIn(*peppers);
        for (unsigned i = 0; i < files->size(); ++i) head.files.push_back(fileNamed(files->getElement<std::string>(i)));
        return head;
    } catch (const Poco::Exception&) {
        throw ArchiveRefused("backup.json is not what a backup has there");
    }
}

}  // namespace claviger::cli
