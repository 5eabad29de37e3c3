#include "domain/base/id.h"

#include <algorithm>

#include "domain/base/random.h"


namespace claviger::domain {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool isHyphenPlace(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

Uuid makeUuid(Timestamp now) {
    const auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
    const std::uint64_t millis = micros / 1000;
    // RFC 9562, section 6.2, method 3: the fraction of the millisecond orders the ids of one millisecond.
    const auto fraction = static_cast<std::uint16_t>(micros % 1000 * 4096 / 1000);

    Uuid uuid;
    fillRandom(uuid);
    for (std::size_t i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
    uuid[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);
    uuid[7] = static_cast<std::uint8_t>(fraction);
    uuid[8] = static_cast<std::uint8_t>(0x80 | (uuid[8] & 0x3f));
    return uuid;
}

std::optional<Timestamp> timeOfUuid(const Uuid& uuid) {
    if (uuid[6] >> 4 != 7 || uuid[8] >> 6 != 2) return std::nullopt;
    std::int64_t millis = 0;
    for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | uuid[i];
    return Timestamp{std::chrono::milliseconds{millis}};
}

std::string uuidText(const Uuid& uuid) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(kTextLength);
    for (const auto byte : uuid) {
        if (isHyphenPlace(text.size())) text += '-';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::optional<Uuid> parseUuid(std::string_view text) {
    if (text.size() != kTextLength) return std::nullopt;
    Uuid uuid{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (isHyphenPlace(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int digit = hexDigit(text[i]);
        if (digit < 0) return std::nullopt;
        uuid[digits / 2] = static_cast<std::uint8_t>(uuid[digits / 2] << 4 | digit);
        ++digits;
    }
    return uuid;
}

std::string uuidBytes(const Uuid& uuid) {
    return {uuid.begin(), uuid.end()};
}

std::optional<Uuid> uuidFromBytes(std::string_view bytes) {
    Uuid uuid;
    if (bytes.size() != uuid.size()) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), uuid.begin());
    return uuid;
}

}  // namespace claviger::domain
