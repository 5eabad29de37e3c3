#pragma once

#include <set>
#include <string_view>

#include "domain/base/clock.h"
#include "domain/secrets/password.h"

namespace claviger::domain {

// Each moment of an archive is earlier, and may be later than now. A host with a clock that was ahead has written rows
// of the future, and they come back as they are. Wherever time matters, a row of the future counts for nothing.
constexpr Timestamp kEndOfMoments = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};

// The bounds of the values of an import.
struct ImportLimits {
    std::size_t mostWork;  // of a password's hashing: PasswordCost::work()
};

// The rule for the values of one column of a tenant's table.
struct ColumnRule {
    enum class Empty { kRefused, kAllowed };  // NULL

    std::string_view table, column;
    std::string_view wanted;  // in words: "an e-mail address in lower case"
    bool (*holds)(std::string_view value, const ImportLimits&);
    Empty empty = Empty::kRefused;
};

// The rule of a column. Nothing for a column that no migration of this release has made. A value holds if the domain's
// own parser takes it and gives it back unchanged.
const ColumnRule* findRule(std::string_view table, std::string_view column);

// The tables of a tenant's schema as this release makes it. The list of dead keys has rules too, and is none of them.
std::set<std::string_view> knownTables();

// Whether an import stores the table's rows: not those of the sessions.
bool isRestored(std::string_view table);

}  // namespace claviger::domain
