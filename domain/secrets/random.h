#pragma once

#include <cstdint>
#include <span>

namespace claviger::domain::secrets {

// Bytes that nobody can predict. Thread-safe.
void fillRandom(std::span<std::uint8_t>);

// Evenly spread over 0 … bound-1. Thread-safe.
std::uint32_t randomBelow(std::uint32_t bound);

}  // namespace claviger::domain::secrets
