#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace claviger::fcgi {

// Replaces root by the account: its user, group and supplementary groups, for this process and all that it starts, with
// no way back. Nothing happens unless root runs this. To be called before there are other threads. Throws
// std::runtime_error if there is no such account, if it cannot be taken, or if root could be regained.
void becomeUser(const std::string& account);

// From now on this thread, and all threads that it starts, write files only beneath `folder` and execute nothing. Open
// descriptors stay usable. Call it before other threads start. Returns nullopt, or the cause if no access is confined:
// `folder` cannot be opened, or the kernel cannot do it (Landlock: Linux 5.13 or later, and switched on).
std::optional<std::string> confineWrites(const std::filesystem::path& folder);

}  // namespace claviger::fcgi
