#include "fcgi/server/body.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <optional>

namespace claviger::fcgi {
namespace {

constexpr std::size_t kMostDrained = 1024 * 1024;

// 0 without the parameter, as with GET. nullopt if the value is no plain number.
std::optional<std::size_t> announcedLength(const CgiParameters& parameters) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [](const auto& parameter) { return parameter.first == "CONTENT_LENGTH"; });
    if (found == parameters.end() || found->second.empty()) return 0;
    const auto text = found->second;
    std::size_t length = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (failed != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return length;
}

// The bytes of the stream that have arrived; waits only for the first of them. Empty at the end of the stream.
std::string_view nextBlock(FCGX_Stream* in, std::array<char, 8192>& block) {
    const int first = FCGX_GetChar(in);
    if (first == EOF) return {};
    block[0] = static_cast<char>(first);
    const auto buffered = std::min(in->stop - in->rdNext, std::ssize(block) - 1);
    const auto count = 1 + FCGX_GetStr(block.data() + 1, static_cast<int>(buffered), in);
    return {block.data(), static_cast<std::size_t>(count)};
}

}  // namespace

Body readBody(FCGX_Stream* in, const CgiParameters& parameters) {
    thread_local std::array<char, 8192> block;  // made once: that costs more than reading an empty body
    std::size_t received = 0;
    Body body;
    while (received <= kMostDrained) {
        const auto bytes = nextBlock(in, block);
        if (bytes.empty()) {
            body.ended = FCGX_GetError(in) == 0;
            break;
        }
        received += bytes.size();
        if (received <= Request::kMaxBody) body.text += bytes;
    }

    if (received > Request::kMaxBody)
        body.state = BodyState::kTooLarge;
    else if (!body.ended || announcedLength(parameters) != received)
        body.state = BodyState::kCutShort;
    if (body.state != BodyState::kWhole) body.text.clear();
    return body;
}

}  // namespace claviger::fcgi
