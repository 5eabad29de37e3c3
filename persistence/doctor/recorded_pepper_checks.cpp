#include "persistence/doctor/recorded_pepper_checks.h"

#include <algorithm>

#include "domain/secrets/hasher.h"
#include "domain/secrets/one_line_secret.h"
#include "persistence/connection/errors.h"
#include "persistence/fence/recorded_peppers.h"

namespace claviger::persistence {
namespace {

using domain::Severity;

constexpr auto kCheck = "pepper_of_database";

// Empty also in a control schema of an earlier release.
domain::PepperFingerprints recordedIn(Connection& tool) {
    try {
        return recordedPeppers(tool);
    } catch (const DatabaseError&) {
        return {};
    }
}

}  // namespace

domain::Findings checkRecordedPeppers(const domain::Settings& settings, Connection& tool) {
    const auto recorded = recordedIn(tool);
    if (recorded.empty()) return {};
    domain::PepperFingerprints own;
    try {
        own = domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile).fingerprints();
    } catch (const domain::secrets::UnusableSecret&) {
        return {};
    }
    if (const auto version = differingPepper(own, recorded))
        return {
            {Severity::kSerious, kCheck,
             "this host has another pepper of version " + std::to_string(*version) +
                 " than the one that the database is used with: its workers refuse all other keys and are not ready",
             "Bring the right file back from another host or from its backup. Give a new pepper a version of its "
             "own (`claviger pepper rotate`)."}};
    const auto isRecorded = [&](const auto& pepper) { return recorded.contains(pepper.first); };
    if (!std::any_of(own.begin(), own.end(), isRecorded)) return {};
    return {{Severity::kGood, kCheck, "this host has the pepper that the database is used with"}};
}

}  // namespace claviger::persistence
