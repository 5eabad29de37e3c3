#include "domain/tenants/dead_key_service.h"

#include "domain/tenants/row_checks.h"
#include "domain/tenants/row_rules.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kBatch = 500;             // rows in one statement
constexpr std::chrono::hours kLatestCommit{2};  // after the time of an entry
constexpr ImportLimits kNoPasswords{0};         // the table of dead keys has none

}  // namespace

DeadKeySpan DeadKeyService::span(const std::optional<Timestamp>& since) const {
    DeadKeySpan span{since, archive_.now()};  // before the first row is read
    if (since) *span.since -= kLatestCommit;
    return span;
}

Unimportable DeadKeyService::read(const DeadKeySpan& span, ArchiveSink& sink) {
    NotedRefusal noted(RowChecks(kNoPasswords, {}), sink);
    archive_.readDead(span.since, noted);
    return noted.end();
}

std::size_t DeadKeyService::record(ArchiveSource& source) {
    return eachBatch(source, [this](const auto& batch) { archive_.loadDead(batch); });
}

std::size_t DeadKeyService::check(ArchiveSource& source) {
    return eachBatch(source, [](const auto&) {});
}

std::size_t DeadKeyService::list(ArchiveSource& source, DeadKeys& listed) {
    return eachBatch(source, [&](const auto& batch) {
        for (const auto& row : batch) listed.add(row.at(0).value(), row.at(1).value(), row.at(3));
    });
}

std::size_t DeadKeyService::eachBatch(ArchiveSource& source,
                                      const std::function<void(const std::vector<ArchiveCells>&)>& use) {
    const auto table = source.table();
    if (!table || *table != deadKeysTable()) throw ArchiveRefused("the table of dead keys is missing");
    RowChecks checks(kNoPasswords, {});
    checks.table(*table);
    std::size_t count = 0;
    std::vector<ArchiveCells> batch;
    const auto load = [&] {
        if (!batch.empty()) use(batch);
        count += batch.size();
        batch.clear();
    };
    while (auto row = source.row()) {
        checks.row(*row);
        batch.push_back(std::move(*row));
        if (batch.size() == kBatch) load();
    }
    load();
    if (source.table()) throw ArchiveRefused("something follows the dead keys");
    return count;
}

}  // namespace claviger::domain
