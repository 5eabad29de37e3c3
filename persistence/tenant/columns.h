#pragma once

#include "domain/model/api_key.h"
#include "domain/model/user.h"
#include "persistence/connection/columns.h"

namespace claviger::persistence {

Text textOf(domain::UserStatus);
domain::UserStatus statusAt(const Row&, std::size_t column);

// The columns of a user and of a key, in the order in which userAt() and keyAt() read them, from `users u` and
// `api_keys k`. Macros, since a statement is one literal (sql.h).
#define CLAVIGER_USER_COLUMNS "u.id, u.email, u.name, u.status, u.created_at"
#define CLAVIGER_KEY_COLUMNS                                                                            \
    "k.id, k.user_id, k.name, k.lineage_id, k.generation, k.key_prefix, k.created_at, k.last_used_at, " \
    "k.last_used_address, k.last_user_agent, k.use_count"
inline constexpr std::size_t kKeyColumns = 11;

// Reads the columns from `first` on. Throws std::logic_error if a value is not valid: then another program has written
// to the table.
domain::User userAt(const Row&, std::size_t first);
domain::ApiKey keyAt(const Row&, std::size_t first);

}  // namespace claviger::persistence
