#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {

// The full key: shown to its owner once, never stored, never logged. It cannot be copied or printed, and it wipes
// itself.
//
// Its form is "pk_live_", 32 random base62 characters, and 6 base62 characters with the CRC-32 (zlib's) of the 40
// characters before them. Base62 is 0-9A-Za-z, with the most significant digit first, zero-padded.
class PlainKey {
public:
    static constexpr std::string_view kPrefix = "pk_live_";  // changing it invalidates every key in use
    static constexpr std::size_t kRandomLength = 32;
    static constexpr std::size_t kChecksumLength = 6;
    static constexpr std::size_t kBodyLength = kPrefix.size() + kRandomLength;
    static constexpr std::size_t kLength = kBodyLength + kChecksumLength;
    static constexpr std::size_t kShownPrefixLength = 12;

    static PlainKey generate();

    // Returns nullopt unless the text has the form above and its checksum is correct. Uses no database.
    static std::optional<PlainKey> parse(std::string_view presented);

    // Whether the text has the form of a shownPrefix(), so that some full key begins with it.
    static bool isShownPrefix(std::string_view);

    PlainKey(PlainKey&&) noexcept;
    PlainKey& operator=(PlainKey&&) noexcept;
    PlainKey(const PlainKey&) = delete;
    PlainKey& operator=(const PlainKey&) = delete;
    ~PlainKey();

    // Returns the first 12 characters, "pk_live_abc1". They are stored, and safe to show.
    std::string shownPrefix() const;

    // The only way out, for the only response that shows the key. The view is valid as long as this object.
    std::string_view revealForResponse() const { return {characters_.data(), characters_.size()}; }

private:
    friend class Hasher;
    PlainKey() = default;

    std::array<char, kLength> characters_{};
};

}  // namespace claviger::domain::secrets
