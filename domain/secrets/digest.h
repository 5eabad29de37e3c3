#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {

// The stored form of one kind of secret: 32 bytes that only secrets::Hasher makes from a secret. It reveals nothing
// without the pepper. Still there is no function to print it.
template <class Kind>
class Digest {
public:
    static constexpr std::size_t kSize = 32;

    // Wraps bytes as read from a BINARY(32) column. Returns nullopt unless there are 32.
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
using BudgetHash = Digest<struct BudgetHashKind>;    // of the name of a budget of sign-in attempts

}  // namespace claviger::domain::secrets
