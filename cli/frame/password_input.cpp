#include "cli/frame/password_input.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "cli/frame/failure.h"
#include "domain/secrets/one_line_secret.h"

namespace claviger::cli {
namespace {

using domain::secrets::OneLineSecret;

constexpr auto kHintOfTerminal = "Pipe it or name a file: claviger user … --password-stdin < password.txt";
constexpr auto kHintOfInput =
    "Nothing was changed. Standard input holds only the password: see that the variable or the file behind it is set.";

domain::secrets::Password passwordFrom(domain::Result<OneLineSecret> line, const std::string& place, const char* hint) {
    if (!line.ok())
        throw usageFailure(place + ": " + line.error().detail + ". A password is one line of 12 to 1,024 bytes.", hint);
    auto password = domain::secrets::Password::choose(line.value().reveal());
    if (!password.ok()) throw usageFailure(place + ": " + password.error().detail, hint);
    return std::move(password).value();
}

}  // namespace

domain::secrets::Password readPassword(int descriptor) {
    if (::isatty(descriptor) == 1)
        throw usageFailure("a terminal would show the password while it is typed", kHintOfTerminal);
    return passwordFrom(OneLineSecret::read(descriptor), "--password-stdin", kHintOfInput);
}

domain::secrets::Password readPasswordFile(const std::string& place, const std::filesystem::path& file) {
    return passwordFrom(OneLineSecret::load(file), place + ": " + file.string(),
                        "Nothing was changed. The file holds only the first password.");
}

}  // namespace claviger::cli
