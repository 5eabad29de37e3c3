#include "persistence/tenant/mysql_known_devices.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kFind = "SELECT 1 FROM {schema}.known_devices WHERE user_id = ? AND device_hash = ?";
constexpr Sql kRemember =
    "INSERT INTO {schema}.known_devices (user_id, device_hash, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE last_seen_at = GREATEST(last_seen_at, ?)";

}  // namespace

bool MySqlKnownDevices::knows(const domain::UserId& user, const domain::secrets::DeviceHash& device) const {
    return !connection_.query(kFind, {bytesOf(user), bytesOf(device)}).empty();
}

void MySqlKnownDevices::remember(const domain::UserId& user, const domain::secrets::DeviceHash& device,
                                 domain::Timestamp at) {
    connection_.execute(kRemember, {bytesOf(user), bytesOf(device), at, at, at});
}

}  // namespace claviger::persistence
