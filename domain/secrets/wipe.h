#pragma once

#include <string>

namespace claviger::domain::secrets {

// Wipes a text and empties it. After a move it also wipes the characters that a short text leaves behind. Allocates
// nothing, and throws nothing. For one thread at a time.
void wipe(std::string&) noexcept;

}  // namespace claviger::domain::secrets
