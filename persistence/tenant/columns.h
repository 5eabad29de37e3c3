#pragma once

#include "domain/model/user.h"
#include "persistence/connection/columns.h"

namespace claviger::persistence {

Text textOf(domain::UserStatus);
domain::UserStatus statusAt(const Row&, std::size_t column);

// The columns of a user, in the order in which userAt() reads them, from `users u`. A macro, since a statement is one
// literal (sql.h).
#define CLAVIGER_USER_COLUMNS "u.id, u.email, u.name, u.status, u.created_at"

// The number of the policy that this release knows. A row of the index that was written with another one is not used:
// it may lack a part of its key's policy. A release that adds a part to KeyPolicy raises it. A macro too.
#define CLAVIGER_KEY_POLICY_VERSION "1"

// Reads the columns from `first` on. Throws std::logic_error if a value is not valid: then another program has written
// to the table.
domain::User userAt(const Row&, std::size_t first);

}  // namespace claviger::persistence
