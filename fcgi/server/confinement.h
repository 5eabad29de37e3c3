#pragma once

#include <filesystem>
#include <string>

namespace claviger::fcgi {

// For good, and for every process that this one starts: the account's user, group and supplementary groups in place of
// root's, and no way back. Nothing happens unless root runs this. To be called before there are other threads.
// Throws std::runtime_error if there is no such account, or if it cannot be taken.
void becomeUser(const std::string& account);

// From now on this thread, and those that it starts, write files beneath `folder` alone and execute nothing; what is
// open stays open. False where the kernel cannot do that (Landlock: Linux 5.13 or later, and switched on).
bool confineWrites(const std::filesystem::path& folder);

}  // namespace claviger::fcgi
