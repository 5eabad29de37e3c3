#pragma once

#include <chrono>

namespace claviger::domain {

// From when on every host acts on a change that was committed. Nobody may be told of the change before.
using SettledAt = std::chrono::steady_clock::time_point;
constexpr SettledAt kSettled = SettledAt::min();

template <class T>
struct Settling {
    T value;
    SettledAt settledAt;
};

}  // namespace claviger::domain
