#pragma once

#include <filesystem>
#include <string>

#include "domain/secrets/password.h"

namespace claviger::cli {

// Reads a new password from a file descriptor to its end, and drops one line end. Does not close the descriptor.
// Throws Failure (kUsage) in these cases. The failure repeats nothing of the password.
//   the descriptor is a terminal, because that shows the password
//   the text is not one line (domain::secrets::OneLineSecret)
//   it is not a password of 12 to 1,024 bytes
// Whether the password is easy to guess is not checked here.
domain::secrets::Password readPassword(int descriptor);

// The same from a file. The failure's text begins with `place`, the place that named the file.
domain::secrets::Password readPasswordFile(const std::string& place, const std::filesystem::path&);

}  // namespace claviger::cli
