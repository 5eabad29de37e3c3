#include "fcgi/telemetry/repeated_fault.h"

#include <algorithm>
#include <utility>

namespace claviger::fcgi {

RepeatedFault::RepeatedFault(const domain::Clock& clock, std::string_view level, std::string_view event, Write write)
    : clock_(clock), level_(level), event_(event), write_(std::move(write)) {}

void RepeatedFault::failed(const std::string& cause) {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    if (failures_++ == 0) first_ = now;
    last_ = now;
    faulty_ = true;
    auto* const before = known(cause);
    if (before == nullptr) {
        causes_.push_back({cause, now});
        return log(cause, 1);
    }
    ++before->unlogged;
    const bool clockWentBack = now < before->loggedAt;
    if (!clockWentBack && now - before->loggedAt < kEvery) return;
    before->loggedAt = now;
    log(cause, std::exchange(before->unlogged, 0));
}

void RepeatedFault::worked() {
    if (!faulty_) return;
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    const bool calm = now - last_ >= kCalm || now < last_;
    if (!faulty_ || !calm) return;
    faulty_ = false;
    causes_.clear();
    write_({{"level", "info"},
            {"event", "well_again"},
            {"of", event_},
            {"failures", std::exchange(failures_, 0)},
            {"seconds", std::chrono::duration<double>(last_ - first_).count()}});
}

// The entry of this cause, or the one that it shares. nullptr if the cause needs a new entry.
RepeatedFault::Cause* RepeatedFault::known(const std::string& cause) {
    const auto found =
        std::find_if(causes_.begin(), causes_.end(), [&](const Cause& other) { return other.text == cause; });
    if (found != causes_.end()) return &*found;
    return causes_.size() < kMostCauses ? nullptr : &causes_.back();
}

void RepeatedFault::log(const std::string& cause, std::int64_t times) const {
    LogFields fields = {{"level", level_}, {"event", event_}, {"cause", cause}};
    if (times > 1) fields.emplace_back("times", times);
    write_(fields);
}

}  // namespace claviger::fcgi
