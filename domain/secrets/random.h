#pragma once

#include <cstdint>
#include <span>

namespace claviger::domain::secrets {

// Fills the numbers with cryptographically secure random ones, evenly distributed over 0 … bound-1. Thread-safe. Throws
// std::invalid_argument if `bound` is 0.
void fillRandomBelow(std::uint8_t bound, std::span<std::uint8_t> numbers);

}  // namespace claviger::domain::secrets
