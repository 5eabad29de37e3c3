#pragma once

#include <cstddef>
#include <string_view>

namespace claviger::domain {

// Returns Levenshtein's distance: the number of bytes to insert, delete or change that make one text the other.
std::size_t editDistance(std::string_view, std::string_view);

}  // namespace claviger::domain
