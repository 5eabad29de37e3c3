#include "persistence/tenant/mysql_login_attempts.h"

#include "persistence/connection/errors.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

// FORCE INDEX, since with outdated statistics the server might read a million expired rows. It reads n rows of the
// index, from the newest row of the period on.
constexpr Sql kNthNewest =
    "SELECT failed_at FROM {schema}.login_attempts FORCE INDEX (login_attempts_budget) "
    "WHERE budget_hash = ? AND failed_at BETWEEN ? AND ? ORDER BY failed_at DESC LIMIT 1 OFFSET ?";
constexpr Sql kAdd = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)";
constexpr Sql kTakeBack = "DELETE FROM {schema}.login_attempts WHERE budget_hash = ? AND failed_at = ? LIMIT 1";
constexpr Sql kRemove = "DELETE FROM {schema}.login_attempts WHERE budget_hash = ? AND failed_at >= ?";
constexpr Sql kClearBefore = "DELETE FROM {schema}.login_attempts WHERE failed_at < ? ORDER BY failed_at LIMIT ?";
constexpr Sql kClearAfter = "DELETE FROM {schema}.login_attempts WHERE failed_at > ? ORDER BY failed_at DESC LIMIT ?";

// Runs a statement. Every refusal by the server becomes StorageUnavailable, but Deadlock is thrown unchanged: its
// transaction runs again.
template <class Work>
auto orUnavailable(const Work& work) {
    try {
        return work();
    } catch (const Deadlock&) {
        throw;
    } catch (const DatabaseError& error) {
        throw domain::StorageUnavailable(std::string("sign-in attempts cannot be counted: ") + error.what());
    }
}

}  // namespace

std::optional<domain::Timestamp> MySqlLoginAttempts::nthNewest(const domain::secrets::BudgetHash& budget, std::size_t n,
                                                               const domain::Period& period) const {
    const auto rows = orUnavailable([&] {
        return connection_.query(kNthNewest,
                                 {bytesOf(budget), period.from, period.to, static_cast<std::int64_t>(n) - 1});
    });
    return rows.empty() ? std::nullopt : std::optional(rows[0].timestamp(0));
}

void MySqlLoginAttempts::add(const domain::secrets::BudgetHash& budget, domain::Timestamp at) {
    execute(kAdd, {bytesOf(budget), at});
}

void MySqlLoginAttempts::takeBack(const domain::secrets::BudgetHash& budget, domain::Timestamp at) {
    execute(kTakeBack, {bytesOf(budget), at});
}

std::size_t MySqlLoginAttempts::remove(const domain::secrets::BudgetHash& budget, domain::Timestamp from) {
    return execute(kRemove, {bytesOf(budget), from});
}

void MySqlLoginAttempts::clearAway(const domain::Period& kept, std::size_t most) {
    execute(kClearBefore, {kept.from, static_cast<std::int64_t>(most)});
    execute(kClearAfter, {kept.to, static_cast<std::int64_t>(most)});
}

std::uint64_t MySqlLoginAttempts::execute(Sql statement, const Values& values) const {
    return orUnavailable([&] { return connection_.execute(statement, values); });
}

}  // namespace claviger::persistence
