#include "domain/secrets/pepper.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/base/random.h"
#include "domain/secrets/one_line_secret.h"

namespace claviger::domain::secrets {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
    throw UnusableSecret("pepper file " + file.string() + ": " + why);
}

// Decodes the digits into the bytes. Returns false unless there are exactly 64 hexadecimal digits.
bool readHex(std::string_view digits, std::array<std::uint8_t, 32>& bytes) {
    std::size_t length = 0;
    const char* stop = nullptr;
    return sodium_hex2bin(bytes.data(), bytes.size(), digits.data(), digits.size(), nullptr, &length, &stop) == 0 &&
           length == bytes.size() && stop == digits.data() + digits.size();
}

}  // namespace

Pepper Pepper::load(const std::filesystem::path& file) {
    if (const auto closed = OneLineSecret::requirePrivate(file); !closed.ok()) fail(file, closed.error().detail);
    const auto secret = OneLineSecret::load(file);
    if (!secret.ok())
        fail(file, secret.error().detail + ". Without the pepper no key can be checked. Restore it from its backup.");

    const auto& line = secret.value().reveal();
    Pepper pepper;
    const char* const end = line.data() + line.size();
    const auto [colon, failed] = std::from_chars(line.data(), end, pepper.version_);
    const bool wellFormed = failed == std::errc() && pepper.version_ > 0 && colon != end && *colon == ':' &&
                            readHex({colon + 1, end}, pepper.bytes_);
    if (!wellFormed) fail(file, "is not of the form VERSION:64 hexadecimal digits. Restore it from its backup.");
    return pepper;
}

void Pepper::create(const std::filesystem::path& file, int version) {
    std::array<std::uint8_t, 32> bytes;
    fillRandom(bytes);
    char hex[2 * bytes.size() + 1];
    sodium_bin2hex(hex, sizeof hex, bytes.data(), bytes.size());
    const std::string line = std::to_string(version) + ":" + hex + "\n";
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(bytes.data(), bytes.size());

    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) fail(file, std::string("cannot be created: ") + std::strerror(errno));
    const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
    ::close(fd);
    if (!written) fail(file, "cannot be written in full");
}

Pepper::Pepper(Pepper&& other) noexcept : version_(other.version_), bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

Pepper::~Pepper() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

}  // namespace claviger::domain::secrets
