#include "domain/doctor/readiness.h"

#include <utility>

#include "domain/base/error.h"

namespace claviger::domain {
namespace {

using Part = Readiness::Part;

Readiness::Verdict noAnswerYet() {
    return {{Part::kDatabase}, "the database has not answered yet"};
}

}  // namespace

Readiness::Readiness(const WriterProbe& writer, const TenantDirectory& directory, const Fence& fence,
                     FaultReport& faults, Clock now)
    : writer_(writer), directory_(directory), fence_(fence), faults_(faults), now_(std::move(now)) {}

Readiness::Verdict Readiness::verdict() {
    auto verdict = ofDatabase();
    if (fence_.lapsedFor() > kFencePatience) {
        verdict.missing.push_back(Part::kFence);
        verdict.cause += std::string(verdict.cause.empty() ? "" : "; ") + "the poller is behind";
    }
    verdict.missing.empty() ? faults_.worked() : faults_.failed(verdict.cause);
    return verdict;
}

Readiness::Verdict Readiness::ofDatabase() {
    {
        const std::lock_guard lock(mutex_);
        const auto age = now_() - begun_;
        if (looking_) return seen_ && age < kLongestLook ? *seen_ : noAnswerYet();
        if (seen_ && !seen_->missing.empty() && age < kKept) return *seen_;
        looking_ = true;
        begun_ = now_();
    }
    auto seen = look();
    const std::lock_guard lock(mutex_);
    looking_ = false;
    seen_ = seen;
    return seen;
}

// Looks up an unknown host, with the same statement as each request.
Readiness::Verdict Readiness::look() const {
    try {
        const auto state = writer_.look();
        (void)directory_.findByHost(HostName::parse("readiness.invalid").value());
        Verdict verdict;
        if (!state.takesWrites) verdict = {{Part::kWriter}, "the database is read-only"};
        if (!state.hasSchema) {
            verdict.missing.push_back(Part::kSchema);
            verdict.cause += std::string(verdict.cause.empty() ? "" : "; ") + "no tenant is migrated to this release";
        }
        return verdict;
    } catch (const StorageUnavailable& failure) {
        return {{Part::kDatabase}, failure.what()};
    } catch (const std::exception& failure) {
        return {{Part::kSchema}, failure.what()};
    }
}

}  // namespace claviger::domain
