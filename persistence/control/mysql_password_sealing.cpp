#include "persistence/control/mysql_password_sealing.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kIsOn = "SELECT COUNT(*) FROM claviger.password_sealing";
constexpr Sql kTurnOn =
    "INSERT INTO claviger.password_sealing (id, turned_on) VALUES (1, ?) ON DUPLICATE KEY UPDATE id = id";
// A feeder renews its row each second; what is older than a minute is dead (persistence/fence/).
constexpr Sql kHostsWithoutSeal =
    "SELECT COUNT(*) FROM claviger.nodes WHERE opens_seals = 0 AND renewed_at >= UTC_TIMESTAMP(6) - INTERVAL 60 SECOND";

}  // namespace

bool MySqlPasswordSealing::isOn() const {
    return connections_.borrow()->query(kIsOn)[0].integer(0) > 0;
}

void MySqlPasswordSealing::turnOn(domain::Timestamp now) {
    connections_.borrow()->execute(kTurnOn, {now});
}

std::size_t MySqlPasswordSealing::hostsWithoutSeal() const {
    return static_cast<std::size_t>(connections_.borrow()->query(kHostsWithoutSeal)[0].integer(0));
}

}  // namespace claviger::persistence
