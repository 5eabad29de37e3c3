#pragma once

#include <cstddef>
#include <string_view>

namespace claviger::domain {

// Returns the number of slips between two spellings: bytes inserted, deleted or changed, and neighbours swapped.
std::size_t editDistance(std::string_view, std::string_view);

}  // namespace claviger::domain
