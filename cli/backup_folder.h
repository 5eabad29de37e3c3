#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "domain/tenants/tenant_archive.h"

namespace claviger::cli {

constexpr auto kDeadKeysFile = "dead-keys.json";

// What a backup says of itself, in its last file: it is whole if that is there. No pepper, only how to know it again.
struct BackupHead {
    std::string writtenAt;
    domain::PepperFingerprints peppers;  // the fingerprint of each that living keys need, by its version
    std::vector<std::string> files;      // a tenant's export each

    struct Missing {
        std::string tenant;  // its slug
        std::string why;
    };
    std::vector<Missing> missing;  // tenants that could not be written
};

// Makes the folder, for its owner alone. Throws Failure: something of that name is there, or it cannot be made.
void makeBackupFolder(const std::filesystem::path&);

// Throws Failure if it cannot be written.
void writeBackupHead(const std::filesystem::path& folder, const BackupHead&);

// Throws domain::ArchiveRefused for a folder that holds no whole backup, or one of a form of later.
BackupHead readBackupHead(const std::filesystem::path& folder);

}  // namespace claviger::cli
