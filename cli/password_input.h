#pragma once

#include <filesystem>
#include <string>

#include "domain/secrets/password.h"

namespace claviger::cli {

// Reads a new password from a file descriptor to its end; one line end does not belong to it.
// Throws Failure (kUsage) if the descriptor is a terminal, because that shows the password; if the text is no line
// (domain::secrets::OneLineSecret); or if it is not a password of 12 to 1,024 bytes. The failure repeats nothing of it.
domain::secrets::Password readPassword(int descriptor);

// The same from a file. The failure's text begins with `place`: where the file was named.
domain::secrets::Password readPasswordFile(const std::string& place, const std::filesystem::path&);

}  // namespace claviger::cli
