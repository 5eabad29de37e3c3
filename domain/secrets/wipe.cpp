#include "domain/secrets/wipe.h"

#include <sodium.h>

namespace claviger::domain::secrets {

// A text that was moved from is empty, so only its capacity covers what is left.
void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    sodium_memzero(text.data(), text.size());
    text.clear();
}

}  // namespace claviger::domain::secrets
