#include "persistence/connection/prepared_statements.h"

#include <algorithm>
#include <utility>

namespace claviger::persistence {

std::optional<PreparedStatements::Use> PreparedStatements::use(const std::string& statement, bool mayPrepare) {
    if (capacity_ == 0) return std::nullopt;
    ++uses_;
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.statement == statement; });
    if (found == entries_.end()) {
        room() = {statement, uses_, false};
        return std::nullopt;
    }
    found->used = uses_;
    if (!found->prepared && !mayPrepare) return std::nullopt;
    return Use{"s" + std::to_string(found - entries_.begin()), std::exchange(found->prepared, true)};
}

PreparedStatements::Entry& PreparedStatements::room() {
    if (entries_.size() < capacity_) return entries_.emplace_back();
    return *std::min_element(entries_.begin(), entries_.end(),
                             [](const Entry& a, const Entry& b) { return a.used < b.used; });
}

}  // namespace claviger::persistence
