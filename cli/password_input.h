#pragma once

#include <filesystem>
#include <string>

#include "domain/secrets/password.h"

namespace claviger::cli {

// Reads a new password from a file descriptor to its end; one trailing newline does not belong to it.
// Throws Failure (kUsage) if the descriptor is a terminal, which would show what is typed, or if the text is
// not a password of 12 to 1,024 bytes. The text of the failure holds nothing of what was read.
domain::secrets::Password readPassword(int descriptor);

// The same from a file; the failure's text begins with `place`, which says where the file was named.
domain::secrets::Password readPasswordFile(const std::string& place, const std::filesystem::path&);

}  // namespace claviger::cli
