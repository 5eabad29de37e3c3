#include "cli/password_input.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "cli/failure.h"

namespace claviger::cli {
namespace {

constexpr auto kHint = "Pipe it or name a file: claviger user … --password-stdin < password.txt";

// As much as a password and its newline can be, and one byte more. The string never grows, so that no copy of
// it stays behind in memory.
std::string readText(int descriptor) {
    std::string text(domain::secrets::Password::kMaxBytes + 2, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const auto count = ::read(descriptor, text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw usageFailure("the password cannot be read from standard input", kHint);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    text.resize(length);
    return text;
}

}  // namespace

domain::secrets::Password readPassword(int descriptor) {
    if (::isatty(descriptor) == 1) throw usageFailure("a terminal would show the password while it is typed", kHint);
    auto text = readText(descriptor);
    if (text.ends_with('\n')) text.pop_back();
    auto password = domain::secrets::Password::choose(std::move(text));
    if (!password.ok()) throw usageFailure("--password-stdin: " + password.error().detail, kHint);
    return std::move(password).value();
}

}  // namespace claviger::cli
