#include "persistence/tenant/mysql_login_attempts.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kNthNewest =
    "SELECT failed_at FROM {schema}.login_attempts WHERE budget_hash = ? AND failed_at >= ? "
    "ORDER BY failed_at DESC LIMIT 1 OFFSET ?";
constexpr Sql kAdd = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)";
constexpr Sql kForgetBefore = "DELETE FROM {schema}.login_attempts WHERE failed_at < ?";

}  // namespace

std::optional<domain::Timestamp> MySqlLoginAttempts::nthNewest(const domain::secrets::BudgetHash& budget, std::size_t n,
                                                               domain::Timestamp since) const {
    const auto rows = connection_.query(kNthNewest, {bytesOf(budget), since, static_cast<std::int64_t>(n) - 1});
    return rows.empty() ? std::nullopt : std::optional(rows[0].timestamp(0));
}

void MySqlLoginAttempts::add(const domain::secrets::BudgetHash& budget, domain::Timestamp at) {
    connection_.execute(kAdd, {bytesOf(budget), at});
}

void MySqlLoginAttempts::forgetBefore(domain::Timestamp moment) {
    connection_.execute(kForgetBefore, {moment});
}

}  // namespace claviger::persistence
