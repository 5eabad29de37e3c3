#pragma once

#include <cstdint>
#include <span>

namespace claviger::domain {

// Fills the bytes with cryptographically secure random ones, from getrandom(2). Thread-safe. Throws std::system_error
// if the kernel refuses.
void fillRandom(std::span<std::uint8_t>);

}  // namespace claviger::domain
