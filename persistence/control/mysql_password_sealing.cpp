#include "persistence/control/mysql_password_sealing.h"

#include "persistence/connection/columns.h"
#include "persistence/fence/earlier_hosts.h"
#include "persistence/fence/recorded_peppers.h"

namespace claviger::persistence {
namespace {

constexpr Sql kIsOn = "SELECT COUNT(*) FROM claviger.password_sealing";
constexpr Sql kTurnOn =
    "INSERT INTO claviger.password_sealing (id, turned_on) VALUES (1, ?) ON DUPLICATE KEY UPDATE id = id";

}  // namespace

bool MySqlPasswordSealing::isOn() const {
    return connections_.borrow()->query(kIsOn)[0].integer(0) > 0;
}

void MySqlPasswordSealing::turnOn(domain::Timestamp now) {
    connections_.borrow()->execute(kTurnOn, {now});
}

std::size_t MySqlPasswordSealing::hostsWithoutSeal() const {
    return earlierHosts(*connections_.borrow());
}

std::optional<int> MySqlPasswordSealing::differingPepper(const std::map<int, std::string>& own) const {
    return persistence::differingPepper(own, recordedPeppers(*connections_.borrow()));
}

}  // namespace claviger::persistence
