#pragma once

#include <array>
#include <cstdint>

namespace claviger::domain::secrets {

// A key of XChaCha20-Poly1305, derived from the pepper. It cannot be copied or printed, and it wipes itself.
// Only Hasher makes one. A moved-from key is all zeros. Several threads may read one.
class SealingKey {
public:
    SealingKey(SealingKey&&) noexcept;
    SealingKey& operator=(SealingKey&&) = delete;
    SealingKey(const SealingKey&) = delete;
    SealingKey& operator=(const SealingKey&) = delete;
    ~SealingKey();

    const std::uint8_t* reveal() const { return bytes_.data(); }  // 32 bytes, valid as long as this

private:
    friend class Hasher;
    SealingKey() = default;

    std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace claviger::domain::secrets
