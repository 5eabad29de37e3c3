#include "domain/tenants/noted_refusal.h"

#include <algorithm>

#include "domain/tenants/row_rules.h"

namespace claviger::domain {

template <class Check>
void NotedRefusal::check(const Check& holds) {
    if (!isKnown_ || !first_.empty()) return;
    try {
        holds();
    } catch (const ArchiveRefused& refused) {
        first_ = refused.what();
    }
}

void NotedRefusal::head(const ArchiveHead& head) {
    sink_.head(head);
}

void NotedRefusal::table(const ArchiveTable& table) {
    const bool known = std::all_of(table.columns.begin(), table.columns.end(),
                                   [&](const auto& column) { return findRule(table.name, column.name) != nullptr; });
    isKnown_ = isKnown_ && known;
    check([&] { checks_.table(table); });
    sink_.table(table);
}

void NotedRefusal::row(const ArchiveCells& cells) {
    check([&] { checks_.row(cells); });
    sink_.row(cells);
}

Unimportable NotedRefusal::end() {
    check([&] { checks_.end(); });
    return first_;
}

}  // namespace claviger::domain
