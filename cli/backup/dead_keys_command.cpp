#include "cli/backup/dead_keys_command.h"

#include <algorithm>
#include <fstream>

#include "cli/backup/export_file.h"
#include "cli/backup/export_format.h"
#include "cli/backup/export_reader.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

struct ReadList {
    ExportReader::DeadKeysHead head;
    std::size_t count;
};

template <class Read>
ReadList readList(const fs::path& path, const Read& read) {
    std::ifstream in(path);
    if (!in) throw domain::ArchiveRefused(path.string() + " cannot be read");
    try {
        ExportReader reader(in);
        auto head = reader.headOfDeadKeys();
        return {std::move(head), read(reader)};
    } catch (const domain::ArchiveRefused& refused) {
        throw domain::ArchiveRefused(path.string() + ": " + refused.what());
    }
}

// Joins the lists in order of their beginnings, lists of all keys first. Times of this form sort as text.
DeadKeyLists joined(std::vector<ReadList> lists) {
    std::sort(lists.begin(), lists.end(), [](const auto& a, const auto& b) { return a.head.since < b.head.since; });
    DeadKeyLists all;
    bool allHaveEnds = true;  // whether every list so far has its end; a list of an earlier release does not
    for (const auto& [head, count] : lists) {
        all.count += count;
        allHaveEnds = allHaveEnds && !head.upTo.empty();
        if (allHaveEnds && !head.since.empty() && head.since > all.upTo)
            all.gaps.push_back(all.upTo.empty() ? "before " + head.since : all.upTo + " to " + head.since);
        all.upTo = std::max(all.upTo, head.upTo);
    }
    return all;
}

constexpr auto kSinceWhat = "Give a time like 2026-11-27T08:15:00Z, or the file of an earlier list.";

ExportReader::DeadKeysHead headOf(const std::string& file) {
    std::error_code ignored;
    std::ifstream in(file);
    if (!in || fs::is_directory(file, ignored))
        throw usageFailure("--since: " + file + " is no time, and no file that can be read", kSinceWhat);
    try {
        return ExportReader(in).headOfDeadKeys();
    } catch (const domain::ArchiveRefused&) {
        throw usageFailure("--since: " + file + " is no list of dead keys", kSinceWhat);
    }
}

// Returns the end of the list of an earlier run.
domain::Timestamp endOf(const std::string& file) {
    const auto end = timeFrom(headOf(file).upTo);
    if (!end)
        throw usageFailure("--since: " + file + " does not say up to when it goes",
                           "A list of an earlier release does not: give a time, or write a whole list once.");
    return *end;
}

std::optional<domain::Timestamp> parseSince(const std::optional<std::string>& given) {
    if (!given) return std::nullopt;
    const auto time = timeFrom(*given);
    return time ? *time : endOf(*given);
}

Answer toAnswer(const std::string& path, const domain::Unimportable& refused) {
    auto answer = answerOf(
        "Wrote the dead keys to " + path + "\n",
        jsonObject({{"file", path}, {"refused", refused.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(refused)}}),
        path + "\n");
    if (refused.empty()) return answer;
    answer.status = ExitStatus::kPartlyDone;
    answer.problem = "The list is written, but `restore` would refuse it: " + refused +
                     ". Fix that row in claviger.dead_keys and write the list again.\n";
    return answer;
}

}  // namespace

domain::Unimportable writeDeadKeys(Services& services, const fs::path& path,
                                   const std::optional<domain::Timestamp>& since) {
    ExportFile file(path);
    ExportWriter writer([&](const std::string& line) { file.write(line); });
    const auto span = services.deadKeys().span(since);
    writer.headOfDeadKeys(span);
    auto refused = services.deadKeys().read(span, writer);
    writer.end();
    file.keep();
    return refused;
}

// Reads all lists to their ends before it records a key: a refused list must not revoke any key.
DeadKeyLists readDeadKeys(Services& services, const std::vector<fs::path>& paths, bool dryRun) {
    domain::DeadKeys keys;
    if (!dryRun)
        for (const auto& path : paths) readList(path, domain::DeadKeyService::check);
    std::vector<ReadList> lists;
    for (const auto& path : paths)
        lists.push_back(readList(path, [&](auto& list) {
            return dryRun ? domain::DeadKeyService::list(list, keys) : services.deadKeys().record(list);
        }));
    auto all = joined(std::move(lists));
    all.keys = std::move(keys);
    return all;
}

void addDeadKeysCommand(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(
        app, "dead-keys",
        "Write the list of all dead keys, as hashes. Taken every few minutes and kept on another machine, the newest "
        "one keeps a backup of last night from reviving what was revoked today. --since writes only what is newer than "
        "an earlier list; `restore` then needs that list too. Two such lists overlap, so that no key is in neither.",
        "  claviger dead-keys /elsewhere/dead-keys-0815.json\n"
        "  claviger dead-keys /elsewhere/dead-keys-0820.json --since /elsewhere/dead-keys-0815.json\n"
        "  claviger dead-keys /elsewhere/today.json --since 2026-11-27T00:00:00Z");
    const auto file = std::make_shared<std::string>();
    const auto since = std::make_shared<std::optional<std::string>>();
    verb->add_option("FILE", *file, "The file to make")->type_name("FILE")->required();
    verb->add_option("--since", *since, "A time in UTC, or an earlier list: only what is newer")
        ->type_name("TIME|FILE");
    verb->callback([=, &chosen] {
        if (file->empty()) throw usageFailure("FILE: it needs a name");
        chosen = [file = *file, from = parseSince(*since)](Services& services) {
            return toAnswer(fs::absolute(file).string(), writeDeadKeys(services, file, from));
        };
    });
}

}  // namespace claviger::cli
