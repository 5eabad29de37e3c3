#pragma once

#include <filesystem>

#include "cli/verb.h"

namespace claviger::cli {

// Writes the list of all dead keys to a new file. Throws Failure.
void writeDeadKeys(Services&, const std::filesystem::path&);

// Remembers the keys of a list as dead, or only reads it to its end. Returns how many there are. Throws
// domain::ArchiveRefused, which names the file.
std::size_t readDeadKeys(Services&, const std::filesystem::path&, bool dryRun);

// Defines `claviger dead-keys`.
void addDeadKeysCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli
