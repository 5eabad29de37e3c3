#include "domain/secrets/pepper.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/base/random.h"
#include "domain/secrets/one_line_secret.h"
#include "domain/secrets/random.h"
#include "domain/secrets/wipe.h"

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

// Writes the text to a new file of mode 0600. Returns 0, or the error number. No incomplete file stays.
int writeNew(const std::filesystem::path& file, std::string_view text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    int error = 0;
    while (error == 0 && !text.empty()) {
        const auto count = ::write(fd, text.data(), text.size());
        if (count >= 0)
            text.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && ::fsync(fd) != 0) error = errno;
    ::close(fd);
    if (error != 0) ::unlink(file.c_str());
    return error;
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
    const auto head = std::to_string(version) + ":";
    std::array<std::uint8_t, 32> bytes;
    std::string line(head.size() + 2 * bytes.size() + 1, '\0');
    head.copy(line.data(), head.size());
    fillRandom(bytes);
    sodium_bin2hex(line.data() + head.size(), 2 * bytes.size() + 1, bytes.data(), bytes.size());
    line.back() = '\n';
    sodium_memzero(bytes.data(), bytes.size());

    const int error = writeNew(file, line);
    wipe(line);
    if (error != 0) fail(file, std::string("cannot be created: ") + std::strerror(error));
}

Pepper::Pepper(Pepper&& other) noexcept : version_(other.version_), bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

Pepper::~Pepper() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

}  // namespace claviger::domain::secrets
