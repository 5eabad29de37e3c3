#pragma once

#include <cstddef>
#include <string_view>

namespace claviger::domain {

// Returns the number of slips between two spellings: bytes inserted, deleted or changed, and neighbours swapped.
// Each counts 1; 0 for equal spellings. The time is in proportion to the product of the lengths. Thread-safe.
std::size_t editDistance(std::string_view, std::string_view);

}  // namespace claviger::domain
