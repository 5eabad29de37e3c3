#pragma once

#include <filesystem>
#include <optional>

#include "cli/verb.h"

namespace claviger::cli {

// Writes the list of the dead keys to a new file: all of them, or those that follow a list that went up to `since`.
// Returns what a restore would refuse of it. Throws Failure.
domain::Unimportable writeDeadKeys(Services&, const std::filesystem::path&,
                                   const std::optional<domain::Timestamp>& since = {});

// The dead keys of several lists.
struct DeadKeyLists {
    std::size_t count = 0;
    std::string upTo{};               // of the whole, as iso8601() gives it; empty if the lists do not say
    std::vector<std::string> gaps{};  // in words: what no list has
};

// Remembers the keys of the lists as dead, or only reads them to their ends. The lists may come in any order. Throws
// domain::ArchiveRefused, which names the file; then no key of any list is remembered.
DeadKeyLists readDeadKeys(Services&, const std::vector<std::filesystem::path>&, bool dryRun);

// Defines `claviger dead-keys`.
void addDeadKeysCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli
