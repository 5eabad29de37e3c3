#include "persistence/fence/poller_claim.h"

#include <array>
#include <bit>
#include <string>
#include <utility>

#include "domain/base/random.h"
#include "persistence/connection/errors.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {
namespace {

// A named lock exists in one server process only, and ends with the connection that holds it.
constexpr Sql kHold = "SELECT GET_LOCK(?, 0)";
constexpr Sql kIsHeld = "SELECT IS_USED_LOCK(?)";

Text lockOf(PollerToken token) {
    return {"claviger.poller." + std::to_string(token)};
}

PollerToken newToken() {
    std::array<std::uint8_t, sizeof(PollerToken)> bytes{};
    domain::fillRandom(bytes);
    const auto token = std::bit_cast<PollerToken>(bytes);
    return token == kNoPoller ? newToken() : token;
}

}  // namespace

bool PollerClaim::claim(Connection& connection) {
    const auto token = prepare(connection);
    if (token_ == kNoPoller)
        fence_.claim(token);
    else if (!fence_.claimFrom(token_, token))
        return false;
    token_ = token;
    return true;
}

bool PollerClaim::takeOver(Connection& connection, PollerToken predecessor) {
    const auto token = prepare(connection);
    if (!fence_.claimFrom(predecessor, token)) return false;
    token_ = token;
    return true;
}

bool PollerClaim::isServedWith(Connection& connection, PollerToken token) {
    const auto rows = connection.query(kIsHeld, {lockOf(token)});
    return !rows.empty() && !rows[0].isNull(0);
}

bool PollerClaim::release() {
    return token_ != kNoPoller && fence_.claimFrom(std::exchange(token_, kNoPoller), kNoPoller);
}

// A server may refuse the lock. Then no successor takes over, and a reload begins anew.
PollerToken PollerClaim::prepare(Connection& connection) {
    const auto token = newToken();
    try {
        static_cast<void>(connection.query(kHold, {lockOf(token)}));
    } catch (const DatabaseError&) {
    }
    return token;
}

}  // namespace claviger::persistence
