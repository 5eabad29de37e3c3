#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {

// The full key: shown to its owner once, never stored, never logged. Cannot be copied or printed, wipes itself.
//
// Form: "pk_live_", 32 random base62 characters, and 6 base62 characters of the CRC-32 (zlib's) of the 40
// characters before them; base62 is 0-9A-Za-z, most significant digit first, zero-padded.
class PlainKey {
public:
    static constexpr std::string_view kPrefix = "pk_live_";  // changing it invalidates every key in use
    static constexpr std::size_t kRandomLength = 32;
    static constexpr std::size_t kChecksumLength = 6;
    static constexpr std::size_t kBodyLength = kPrefix.size() + kRandomLength;
    static constexpr std::size_t kLength = kBodyLength + kChecksumLength;
    static constexpr std::size_t kShownPrefixLength = 12;

    static PlainKey generate();

    // Nothing unless the text has the form above and its checksum is right. Asks no database.
    static std::optional<PlainKey> parse(std::string_view presented);

    // Whether some full key begins so: of the form that shownPrefix() gives.
    static bool isShownPrefix(std::string_view);

    PlainKey(PlainKey&&) noexcept;
    PlainKey& operator=(PlainKey&&) noexcept;
    PlainKey(const PlainKey&) = delete;
    PlainKey& operator=(const PlainKey&) = delete;
    ~PlainKey();

    // The first 12 characters, "pk_live_abc1": stored, safe to show.
    std::string shownPrefix() const;

    // The one way out, for the one answer that shows the key. The view lives as long as this object.
    std::string_view revealForResponse() const { return {characters_.data(), characters_.size()}; }

private:
    friend class Hasher;
    PlainKey() = default;

    std::array<char, kLength> characters_{};
};

}  // namespace claviger::domain::secrets
