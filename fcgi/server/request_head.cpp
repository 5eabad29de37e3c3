#include "fcgi/server/request_head.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace claviger::fcgi {
namespace {

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kBeginSize = 8;
constexpr std::uint8_t kVersion = 1, kBeginRequest = 1, kParams = 4, kResponder = 1;

std::uint8_t byteAt(std::string_view bytes, std::size_t position) {
    return static_cast<std::uint8_t>(bytes[position]);
}

std::size_t twoBytesAt(std::string_view bytes, std::size_t position) {
    return static_cast<std::size_t>(byteAt(bytes, position) << 8U | byteAt(bytes, position + 1));
}

struct Record {
    std::uint8_t type = 0;
    std::size_t requestId = 0;
    std::string_view content;
    std::size_t contentLength = 0;  // as announced; `content` may be shorter until all has arrived
    bool whole = false;             // all content and padding have arrived
};

// The record at the front of `bytes`, which is shortened by it. nullopt while even the record's header is not whole.
std::optional<Record> takeRecord(std::string_view& bytes) {
    if (bytes.size() < kHeaderSize) return std::nullopt;
    Record record;
    record.type = byteAt(bytes, 1);
    record.requestId = twoBytesAt(bytes, 2);
    record.contentLength = twoBytesAt(bytes, 4);
    const std::size_t size = kHeaderSize + record.contentLength + byteAt(bytes, 6);
    record.whole = bytes.size() >= size;
    record.content = bytes.substr(kHeaderSize, record.contentLength);
    bytes.remove_prefix(std::min(size, bytes.size()));
    return record;
}

// The length of a name or value, which takes one or four bytes. nullopt if `pairs` ends before it.
std::optional<std::size_t> takeLength(std::string_view& pairs) {
    if (pairs.empty()) return std::nullopt;
    const auto first = byteAt(pairs, 0);
    if (first < 0x80) {
        pairs.remove_prefix(1);
        return first;
    }
    if (pairs.size() < 4) return std::nullopt;
    const auto length =
        (first & 0x7fU) << 24U | static_cast<std::size_t>(byteAt(pairs, 1)) << 16U | twoBytesAt(pairs, 2);
    pairs.remove_prefix(4);
    return length;
}

bool areSound(std::string_view pairs) {
    while (!pairs.empty()) {
        const auto name = takeLength(pairs);
        const auto value = name ? takeLength(pairs) : std::nullopt;
        if (!value || *name + *value > pairs.size()) return false;
        pairs.remove_prefix(*name + *value);
    }
    return true;
}

bool isBegin(const Record& record) {
    if (record.type != kBeginRequest || record.requestId == 0 || record.contentLength != kBeginSize) return false;
    return record.content.size() < 2 || twoBytesAt(record.content, 0) == kResponder;
}

bool startsLikeARecord(std::string_view bytes) {
    return bytes.empty() || byteAt(bytes, 0) == kVersion;
}

}  // namespace

HeadState judgeHead(std::string_view bytes) {
    const auto unfinished = bytes.size() < kMaxHead ? HeadState::kPartial : HeadState::kForeign;
    if (!startsLikeARecord(bytes) || (bytes.size() > 1 && byteAt(bytes, 1) != kBeginRequest))
        return HeadState::kForeign;
    const auto begin = takeRecord(bytes);
    if (!begin) return unfinished;
    if (!isBegin(*begin)) return HeadState::kForeign;

    std::string pairs;
    while (true) {
        if (!startsLikeARecord(bytes)) return HeadState::kForeign;
        const auto record = takeRecord(bytes);
        if (!record) return unfinished;
        if (record->type != kParams || record->requestId != begin->requestId) return HeadState::kForeign;
        if (!record->whole) return unfinished;
        if (record->contentLength == 0) return areSound(pairs) ? HeadState::kWhole : HeadState::kForeign;
        pairs += record->content;
    }
}

}  // namespace claviger::fcgi
