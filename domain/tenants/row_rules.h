#pragma once

#include <set>
#include <string_view>

#include "domain/base/clock.h"
#include "domain/secrets/password.h"

namespace claviger::domain {

// Every time in an archive is earlier than this, but may be later than now. A host with a clock that was ahead has
// written rows of the future, and they are restored as they are. Wherever time matters, a row of the future is ignored.
constexpr Timestamp kEndOfMoments = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};

// The limits of an import.
struct ImportLimits {
    std::size_t mostWork;  // the most PasswordCost::work() of a stored password
};

// The rule for the values of one column of a tenant's table.
struct ColumnRule {
    enum class Empty { kRefused, kAllowed };  // NULL

    std::string_view table, column;
    std::string_view wanted;  // in words: "an e-mail address in lower case"
    bool (*holds)(std::string_view value, const ImportLimits&);
    Empty empty = Empty::kRefused;
};

// Returns the rule of a column, which lives as long as the process. nullptr for a column that no migration of this
// release has created. A value holds the rule if the domain's own parser accepts it and returns it unchanged.
const ColumnRule* findRule(std::string_view table, std::string_view column);

// Returns the names of the tables in a tenant's schema of this release. The list of dead keys has rules too, but is not
// among them.
std::set<std::string_view> knownTables();

// The column with the user that a row belongs to, in every table.
constexpr std::string_view kOwnerColumn = "user_id";

// Whether each row of the table belongs to a user: the table has that column, and its rule refuses NULL. An audit event
// has NULL where no user is known, so the events are not owned. Neither are sessions: one without its user opens
// nothing.
bool isOwned(std::string_view table);

// Whether an import stores the table's rows. False only for the sessions.
bool isRestored(std::string_view table);

}  // namespace claviger::domain
