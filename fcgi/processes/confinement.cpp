#include "fcgi/processes/confinement.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "fcgi/server/fd.h"

namespace claviger::fcgi {
namespace {

constexpr std::uint64_t kWrites = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                  LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;  // truncate(2) without opening: third version

// A kernel may be older than the headers, or newer.
std::uint64_t writesKnownTo(long version) {
    return kWrites | (version >= 2 ? std::uint64_t{LANDLOCK_ACCESS_FS_REFER} : 0) | (version >= 3 ? kTruncate : 0);
}

}  // namespace

void becomeUser(const std::string& account) {
    if (::geteuid() != 0) return;
    const auto* const found = ::getpwnam(account.c_str());
    if (found == nullptr) throw std::runtime_error("fcgi.user: there is no account " + account);
    const auto user = found->pw_uid;
    const auto group = found->pw_gid;
    if (::initgroups(account.c_str(), group) != 0 || ::setresgid(group, group, group) != 0 ||
        ::setresuid(user, user, user) != 0)
        throw std::runtime_error("fcgi.user: " + account + " cannot be taken: " + std::strerror(errno));
    if (user != 0 && ::setuid(0) == 0) throw std::runtime_error("fcgi.user: root could be had back");
}

std::optional<std::string> confineWrites(const std::filesystem::path& folder) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return std::string("no_new_privs: ") + std::strerror(errno);
    const Fd open(::open(folder.c_str(), O_PATH | O_CLOEXEC));
    if (!open) return "the folder " + folder.string() + " cannot be opened: " + std::strerror(errno);
    const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return "the kernel has no Landlock";

    const auto writes = writesKnownTo(version);
    landlock_ruleset_attr rules{};
    rules.handled_access_fs = writes | LANDLOCK_ACCESS_FS_EXECUTE;
    const Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = writes;
    beneath.parent_fd = open.get();
    if (ruleset && ::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0 &&
        ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0)
        return std::nullopt;
    return std::string("Landlock: ") + std::strerror(errno);
}

}  // namespace claviger::fcgi
