#pragma once

#include <cstdint>
#include <span>

namespace claviger::domain::secrets {

// Bytes that nobody can predict. Thread-safe.
void fillRandom(std::span<std::uint8_t>);

// Numbers that nobody can predict, evenly spread over 0 … bound-1. Thread-safe.
void fillRandomBelow(std::uint8_t bound, std::span<std::uint8_t> numbers);

}  // namespace claviger::domain::secrets
