#include "domain/secrets/pepper.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include "domain/secrets/random.h"

namespace claviger::domain::secrets {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
    throw std::runtime_error("pepper file " + file.string() + ": " + why);
}

}  // namespace

Pepper Pepper::load(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) fail(file, "cannot be read; without the pepper no key can be checked. Restore it from its backup.");
    std::string line;
    std::getline(in, line);

    Pepper pepper;
    const char* const end = line.data() + line.size();
    const auto [colon, failed] = std::from_chars(line.data(), end, pepper.version_);
    std::size_t length = 0;
    const char* stop = nullptr;
    const bool wellFormed = failed == std::errc() && pepper.version_ > 0 && colon != end && *colon == ':' &&
                            sodium_hex2bin(pepper.bytes_.data(), pepper.bytes_.size(), colon + 1,
                                           static_cast<std::size_t>(end - colon - 1), nullptr, &length, &stop) == 0 &&
                            length == pepper.bytes_.size() && stop == end;
    sodium_memzero(line.data(), line.size());
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
