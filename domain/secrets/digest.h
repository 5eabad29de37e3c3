#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {

// The stored form of one kind of secret: 32 bytes that only secrets::Hasher makes from a secret. Not secret
// itself without the pepper, yet there is no way to print it either.
template <class Kind>
class Digest {
public:
    static constexpr std::size_t kSize = 32;

    // As read from a BINARY(32) column; nothing unless 32 bytes long.
    static std::optional<Digest> fromStored(std::string_view bytes) {
        if (bytes.size() != kSize) return std::nullopt;
        Digest digest;
        std::copy(bytes.begin(), bytes.end(), digest.bytes_.begin());
        return digest;
    }

    std::string bytes() const { return {bytes_.begin(), bytes_.end()}; }
    const std::array<std::uint8_t, kSize>& octets() const { return bytes_; }

    auto operator<=>(const Digest&) const = default;

private:
    friend class Hasher;
    Digest() = default;

    std::array<std::uint8_t, kSize> bytes_{};
};

using KeyHash = Digest<struct KeyHashKind>;          // of an API key
using SessionHash = Digest<struct SessionHashKind>;  // of a session's token
using DeviceHash = Digest<struct DeviceHashKind>;    // of the token of a browser that signed in before
using OnceHash = Digest<struct OnceHashKind>;        // of a form's one-time value
using BudgetHash = Digest<struct BudgetHashKind>;    // of what a budget of sign-in attempts is kept for

}  // namespace claviger::domain::secrets
