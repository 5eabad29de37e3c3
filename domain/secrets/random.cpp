#include "domain/secrets/random.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "domain/base/random.h"

namespace claviger::domain::secrets {

// Draws random bytes in blocks, because libsodium makes a system call for each number.
void fillRandomBelow(std::uint8_t bound, std::span<std::uint8_t> numbers) {
    if (bound == 0) throw std::invalid_argument("no number is below 0");
    const unsigned end = 256U - 256U % bound;  // larger bytes would make small numbers more likely
    std::array<std::uint8_t, 64> block;
    auto next = block.end();
    for (auto& number : numbers) {
        do {
            if (next == block.end()) {
                fillRandom(block);
                next = block.begin();
            }
            number = *next++;
        } while (number >= end);
        number = static_cast<std::uint8_t>(number % bound);
    }
    sodium_memzero(block.data(), block.size());
}

}  // namespace claviger::domain::secrets
