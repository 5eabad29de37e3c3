#include "persistence/tenant/mysql_known_devices.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kFind =
    "SELECT 1 FROM {schema}.known_devices WHERE user_id = ? AND device_hash = ? AND last_seen_at BETWEEN ? AND ?";
constexpr Sql kList =
    "SELECT device_hash FROM {schema}.known_devices WHERE user_id = ? ORDER BY last_seen_at DESC LIMIT ?";
constexpr Sql kAdd =
    "INSERT INTO {schema}.known_devices (user_id, device_hash, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE last_seen_at = ?";
constexpr Sql kRemoveUnknown =
    "DELETE FROM {schema}.known_devices WHERE user_id = ? AND last_seen_at NOT BETWEEN ? AND ? LIMIT ?";
// The device of this sign-in stays, even if other devices have later times from a host whose clock is ahead.
constexpr Sql kBeyond =
    "SELECT device_hash FROM {schema}.known_devices WHERE user_id = ? AND device_hash <> ? "
    "ORDER BY last_seen_at DESC LIMIT ? OFFSET ?";
constexpr Sql kRemove = "DELETE FROM {schema}.known_devices WHERE user_id = ? AND device_hash = ?";
constexpr Sql kRemoveAllOf = "DELETE FROM {schema}.known_devices WHERE user_id = ? LIMIT ?";

// The most rows of a user that one statement may delete. A user has more than kMostKnownDevices only while workers of a
// release without that limit run.
constexpr std::int64_t kMostAtOnce = 100;
constexpr auto kMostKnown = static_cast<std::int64_t>(domain::kMostKnownDevices);

domain::secrets::DeviceHash hashAt(const Row& row) {
    return stored(domain::secrets::DeviceHash::fromStored(row.text(0)));
}

}  // namespace

bool MySqlKnownDevices::knows(const domain::UserId& user, const domain::secrets::DeviceHash& device,
                              domain::Timestamp now) const {
    return !connection_
                .query(kFind,
                       {bytesOf(user), bytesOf(device), now - domain::kDeviceIdleLimit, now + domain::kClockTolerance})
                .empty();
}

std::vector<domain::secrets::DeviceHash> MySqlKnownDevices::list(const domain::UserId& user) const {
    return connection_.query(kList, {bytesOf(user), kMostKnown}).map(hashAt);
}

void MySqlKnownDevices::add(const domain::UserId& user, const domain::secrets::DeviceHash& device,
                            domain::Timestamp now) {
    connection_.execute(kAdd, {bytesOf(user), bytesOf(device), now, now, now});
    connection_.execute(kRemoveUnknown,
                        {bytesOf(user), now - domain::kDeviceIdleLimit, now + domain::kClockTolerance, kMostAtOnce});
    const auto beyond = connection_.query(kBeyond, {bytesOf(user), bytesOf(device), kMostAtOnce, kMostKnown - 1});
    for (const auto& surplus : beyond.map(hashAt)) connection_.execute(kRemove, {bytesOf(user), bytesOf(surplus)});
}

void MySqlKnownDevices::removeAllOf(const domain::UserId& user) {
    while (connection_.execute(kRemoveAllOf, {bytesOf(user), kMostAtOnce}) == static_cast<std::uint64_t>(kMostAtOnce))
        continue;
}

}  // namespace claviger::persistence
