#include "cli/password_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "cli/failure.h"

namespace claviger::cli {
namespace {

constexpr auto kHint = "Pipe it or name a file: claviger user … --password-stdin < password.txt";

// As much as a password and its newline can be, and one byte more. The string never grows, so that no copy of
// it stays behind in memory.
std::string readText(int descriptor, const std::string& place, const char* hint) {
    std::string text(domain::secrets::Password::kMaxBytes + 2, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const auto count = ::read(descriptor, text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw usageFailure(place + ": the password cannot be read", hint);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    text.resize(length);
    return text;
}

domain::secrets::Password passwordFrom(int descriptor, const std::string& place, const char* hint) {
    auto text = readText(descriptor, place, hint);
    if (text.ends_with('\n')) text.pop_back();
    auto password = domain::secrets::Password::choose(std::move(text));
    if (!password.ok()) throw usageFailure(place + ": " + password.error().detail, hint);
    return std::move(password).value();
}

}  // namespace

domain::secrets::Password readPassword(int descriptor) {
    if (::isatty(descriptor) == 1) throw usageFailure("a terminal would show the password while it is typed", kHint);
    return passwordFrom(descriptor, "--password-stdin", kHint);
}

domain::secrets::Password readPasswordFile(const std::string& place, const std::filesystem::path& file) {
    constexpr auto kFileHint = "Nothing was changed. The file holds the first password alone.";
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw usageFailure(place + ": " + file.string() + " cannot be read", kFileHint);
    const std::unique_ptr<const int, void (*)(const int*)> closing(&descriptor,
                                                                   [](const int* open) { ::close(*open); });
    return passwordFrom(descriptor, place, kFileHint);
}

}  // namespace claviger::cli
