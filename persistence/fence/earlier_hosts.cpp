#include "persistence/fence/earlier_hosts.h"

namespace claviger::persistence {
namespace {

// A poller renews its row each second. A row older than a minute belongs to a dead one (persistence/fence/).
constexpr Sql kCount =
    "SELECT COUNT(*) FROM claviger.nodes WHERE opens_seals = 0 AND renewed_at >= UTC_TIMESTAMP(6) - INTERVAL 60 SECOND";

}  // namespace

std::size_t earlierHosts(Connection& connection) {
    return static_cast<std::size_t>(connection.query(kCount)[0].integer(0));
}

}  // namespace claviger::persistence
