#include "persistence/fence/recorded_peppers.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace claviger::persistence {
namespace {

constexpr Sql kRecord =
    "INSERT IGNORE INTO claviger.peppers (version, fingerprint, recorded_at) VALUES (?, ?, UTC_TIMESTAMP(6))";
constexpr Sql kRead = "SELECT version, fingerprint FROM claviger.peppers";

}  // namespace

domain::PepperFingerprints recordedPeppers(Connection& connection) {
    domain::PepperFingerprints all;
    for (auto& [version, fingerprint] : connection.query(kRead).map(
             [](const Row& row) { return std::pair(static_cast<int>(row.integer(0)), row.text(1)); }))
        all.emplace(version, std::move(fingerprint));
    return all;
}

std::optional<int> differingPepper(const domain::PepperFingerprints& own, const domain::PepperFingerprints& recorded) {
    for (const auto& [version, fingerprint] : own) {
        const auto found = recorded.find(version);
        if (found != recorded.end() && found->second != fingerprint) return version;
    }
    return std::nullopt;
}

void recordPeppers(Connection& connection, const domain::PepperFingerprints& own) {
    for (const auto& [version, fingerprint] : own)
        connection.execute(kRecord, {std::int64_t{version}, Text{fingerprint}});
    if (const auto version = differingPepper(own, recordedPeppers(connection)))
        throw std::runtime_error("the pepper of version " + std::to_string(*version) +
                                 " is not the one that this database is used with: bring the right one back, or give "
                                 "this one a version of its own");
}

}  // namespace claviger::persistence
