#pragma once

#include <cstdint>
#include <span>

namespace claviger::domain::secrets {

// Fills the numbers with cryptographically secure random ones, evenly distributed over 0 … bound-1. `bound` must not be
// 0. Thread-safe.
void fillRandomBelow(std::uint8_t bound, std::span<std::uint8_t> numbers);

}  // namespace claviger::domain::secrets
