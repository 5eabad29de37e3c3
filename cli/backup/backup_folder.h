#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "domain/ports/control/tenant_archive.h"

namespace claviger::cli {

constexpr auto kDeadKeysFile = "dead-keys.json";

// The content of backup.json, the last file of a backup. A backup with this file is complete. It holds no pepper, only
// fingerprints.
struct BackupHead {
    std::string writtenAt;               // as iso8601() gives it; empty if a file that was read does not have it
    domain::PepperFingerprints peppers;  // of each pepper that active keys or sealed passwords need, by version
    std::vector<std::string> files;      // names within the folder, one export of a tenant each

    struct Missing {
        std::string tenant;  // its slug
        std::string why;
    };
    std::vector<Missing> missing;  // tenants that could not be written
};

// Makes the folder with mode 0700. Throws Failure: the name exists already (kConflict), or the folder cannot be made
// (kFailed).
void makeBackupFolder(const std::filesystem::path&);

// Writes backup.json as an ExportFile. Throws Failure as ExportFile does.
void writeBackupHead(const std::filesystem::path& folder, const BackupHead&);

// Reads backup.json. Throws domain::ArchiveRefused if the folder holds no complete backup, or one of another version of
// the format. Also refuses a file name that leads out of the folder.
BackupHead readBackupHead(const std::filesystem::path& folder);

}  // namespace claviger::cli
