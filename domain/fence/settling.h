#pragma once

#include <chrono>

namespace claviger::domain {

// The moment from which every host acts on a committed change. Do not acknowledge the change before it. kSettled is in
// the past: every host acts on the change already, or nothing changed.
using SettledAt = std::chrono::steady_clock::time_point;
constexpr SettledAt kSettled = SettledAt::min();

// A result, with the moment from which it may be acknowledged.
template <class T>
struct Settling {
    T value;
    SettledAt settledAt;
};

}  // namespace claviger::domain
