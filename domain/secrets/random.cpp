#include "domain/secrets/random.h"

#include <sodium.h>

namespace claviger::domain::secrets {

void fillRandom(std::span<std::uint8_t> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

std::uint32_t randomBelow(std::uint32_t bound) {
    return randombytes_uniform(bound);
}

}  // namespace claviger::domain::secrets
