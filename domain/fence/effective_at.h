#pragma once

#include <chrono>

namespace claviger::domain {

// The moment from which every host acts on a committed change. Do not acknowledge the change (send its response) before
// it. A change that only gives access may be acknowledged earlier: until then hosts refuse. kEffectiveNow is in the
// past: every host acts on the change already, or there is none to act on.
using EffectiveAt = std::chrono::steady_clock::time_point;
constexpr EffectiveAt kEffectiveNow = EffectiveAt::min();

// A result, with the moment from which it may be acknowledged.
template <class T>
struct Delayed {
    T value;
    EffectiveAt effectiveAt;
};

}  // namespace claviger::domain
