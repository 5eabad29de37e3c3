#include "domain/keys/change_limit.h"

#include <algorithm>

namespace claviger::domain {

ChangeLimit::ChangeLimit(std::optional<unsigned> changes) {
    if (!changes) return;
    cost_ = std::chrono::microseconds(kWindow) / std::max(*changes, 1U);
    whole_ = cost_ * std::max(*changes, 1U);
}

Result<std::optional<Timestamp>> ChangeLimit::charge(std::optional<Timestamp> wholeAt, Timestamp now) const {
    using Charged = std::optional<Timestamp>;
    if (cost_.count() == 0) return Charged();
    const bool counts = wholeAt && *wholeAt > now && *wholeAt <= now + kWindow + kClockMargin;
    const auto next = (counts ? *wholeAt : now) + cost_;
    const auto wait = std::chrono::ceil<std::chrono::seconds>(next - (now + whole_));
    if (wait.count() > 0) return Error{ErrorCode::kTooManyChanges, "limits.changes is used up", wait};
    return Charged(next);
}

Result<void> chargeChange(const ChangeLimit& limit, TenantStore& store, const UserId& user,
                          std::optional<Timestamp> wholeAt, Timestamp now) {
    const auto charged = limit.charge(wholeAt, now);
    if (!charged.ok()) return charged.error();
    if (charged.value()) store.apiKeys().setChangesWholeAt(user, *charged.value());
    return {};
}

}  // namespace claviger::domain
