#include "domain/secrets/one_line_secret.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/base/utf8.h"
#include "domain/secrets/wipe.h"

namespace claviger::domain::secrets {
namespace {

constexpr std::array<std::string_view, 3> kByteOrderMarks{"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"};
constexpr std::size_t kLineEnd = 2;  // bytes of "\r\n"

Error refusal(const std::string& why) {
    return {ErrorCode::kInvalidArgument, "the secret " + why};
}

// Reads into the text and returns the number of bytes, or -1. The text never grows, so that no copy of the secret stays
// behind in memory.
ssize_t fill(std::string& text, int descriptor) {
    std::size_t length = 0;
    while (length < text.size()) {
        const auto count = ::read(descriptor, text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    return static_cast<ssize_t>(length);
}

void dropLineEnd(std::string& text) {
    if (!text.ends_with('\n')) return;
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

bool isControlByte(char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

// A secret need not be UTF-8. If it is, U+0080 to U+009F are control characters too.
bool holdsControls(const std::string& text) {
    if (std::any_of(text.begin(), text.end(), isControlByte)) return true;
    auto points = decodeUtf8(text);
    if (!points) return false;
    const bool found = std::any_of(points->begin(), points->end(), isControl);
    sodium_memzero(points->data(), points->size() * sizeof(char32_t));
    return found;
}

std::optional<Error> faultOf(const std::string& text, std::size_t mostBytes) {
    if (text.empty()) return refusal("is empty");
    if (text.size() > mostBytes) return refusal("is longer than " + std::to_string(mostBytes) + " bytes");
    const auto begins = [&](std::string_view mark) { return text.starts_with(mark); };
    if (std::any_of(kByteOrderMarks.begin(), kByteOrderMarks.end(), begins))
        return refusal("begins with a byte order mark; save it as UTF-8 without one");
    if (holdsControls(text)) return refusal("holds a control character; it must be one line of text");
    return std::nullopt;
}

}  // namespace

Result<OneLineSecret> OneLineSecret::read(int descriptor, std::size_t mostBytes) {
    OneLineSecret secret(std::string(mostBytes + kLineEnd + 1, '\0'));
    const auto length = fill(secret.text_, descriptor);
    if (length < 0) return refusal(std::string("cannot be read: ") + std::strerror(errno));
    secret.text_.resize(static_cast<std::size_t>(length));
    dropLineEnd(secret.text_);
    if (auto fault = faultOf(secret.text_, mostBytes)) return *fault;
    return secret;
}

Result<OneLineSecret> OneLineSecret::load(const std::filesystem::path& file, std::size_t mostBytes) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return refusal(std::string("cannot be read: ") + std::strerror(errno));
    auto secret = read(descriptor, mostBytes);
    ::close(descriptor);
    return secret;
}

Result<void> OneLineSecret::requirePrivate(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || (status.st_mode & (S_IRWXO | S_IWGRP)) == 0) return {};
    return refusal("is open to other accounts; close it: chmod 600 " + file.string());
}

OneLineSecret::OneLineSecret(OneLineSecret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

OneLineSecret::~OneLineSecret() {
    wipe(text_);
}

}  // namespace claviger::domain::secrets
