#pragma once

#include <filesystem>
#include <optional>

#include "cli/frame/verb.h"

namespace claviger::cli {

// Writes the list of the dead keys to a new file. With `since`, the end of an earlier list, it writes only the entries
// from two hours before that end on (DeadKeyService::span).
// Returns the first row that a restore would refuse, with its rule, or an empty text. The file has all rows all the
// same. Throws Failure as ExportFile does, and what the services throw.
domain::Unimportable writeDeadKeys(Services&, const std::filesystem::path&,
                                   const std::optional<domain::Timestamp>& since = {});

// The dead keys of several lists.
struct DeadKeyLists {
    std::size_t count = 0;            // entries of all lists; one that is in two lists counts twice
    std::string upTo{};               // the latest end of a list, as iso8601() gives it; empty if no list has an end
    std::vector<std::string> gaps{};  // in words: the times that no list covers
    domain::DeadKeys keys{};          // of a dry run, which records none
};

// Records the keys of the lists as dead. With `dryRun` it only returns them. The lists may come in any order. All lists
// are checked first: for a wrong one it throws domain::ArchiveRefused, which names the file, and records no key of any
// list. Throws domain::StorageUnavailable too; then some keys may be recorded, and the same call again records the
// rest.
DeadKeyLists readDeadKeys(Services&, const std::vector<std::filesystem::path>&, bool dryRun);

// Defines `claviger dead-keys`. Parsing a command line with this verb sets `chosen`, which must outlive the parsing.
void addDeadKeysCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli
