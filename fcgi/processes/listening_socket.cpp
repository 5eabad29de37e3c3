#include "fcgi/processes/listening_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kFirstPassed = 3;  // systemd's SD_LISTEN_FDS_START
constexpr int kBacklog = 4096;   // the kernel caps it; beyond it the kernel refuses nginx at once
constexpr auto kOrphansLeave = 1s;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("fcgi.socket: " + what);
}

std::string reason() {
    return std::generic_category().message(errno);
}

sockaddr_un addressOf(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        fail(path.string() + " is longer than the 107 bytes that a socket's path may have; choose another");
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

bool isAnswered(const sockaddr_un& address) {
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), generic(address), sizeof address) == 0) return true;
    return errno != ECONNREFUSED && errno != ENOENT;
}

// Workers whose master was killed stop listening within moments, and do not count as another master.
bool staysAnswered(const sockaddr_un& address) {
    const auto deadline = std::chrono::steady_clock::now() + kOrphansLeave;
    while (isAnswered(address)) {
        if (std::chrono::steady_clock::now() > deadline) return true;
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

// Of two masters that start at once, the second finds the first one's socket.
Fd lockFolder(const fs::path& folder) {
    Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) fail("its folder " + folder.string() + " cannot be opened (" + reason() + "); create it");
    while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    return lock;
}

std::string takeVariable(const char* name) {
    const char* const value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name);
    return text;
}

std::optional<Fd> passedSocket() {
    const auto process = takeVariable("LISTEN_PID");
    const auto count = takeVariable("LISTEN_FDS");
    takeVariable("LISTEN_FDNAMES");
    if (process != std::to_string(::getpid())) return std::nullopt;
    if (count != "1") fail("systemd must pass one socket, not " + count);

    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(kFirstPassed, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
        fail("what systemd passed is no listening socket; use ListenStream= with a path");
    ::fcntl(kFirstPassed, F_SETFD, FD_CLOEXEC);
    ::fcntl(kFirstPassed, F_SETFL, ::fcntl(kFirstPassed, F_GETFL) | O_NONBLOCK);
    return Fd(kFirstPassed);
}

}  // namespace

ListeningSocket ListeningSocket::open(const fs::path& path) {
    if (auto passed = passedSocket()) return ListeningSocket(*std::move(passed));
    return bind(path);
}

ListeningSocket ListeningSocket::bind(const fs::path& path) {
    const auto address = addressOf(path);
    const auto lock = lockFolder(path.parent_path());
    if (fs::exists(fs::symlink_status(path)) && !fs::is_socket(fs::symlink_status(path)))
        fail(path.string() + " exists and is no socket; choose another path or remove it");
    if (staysAnswered(address)) fail("another process answers on " + path.string() + "; stop it first");
    ::unlink(path.c_str());

    ListeningSocket socket{Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))};
    const auto before = ::umask(0117);  // 0660 from the moment of its creation
    const bool bound = ::bind(socket.fd(), generic(address), sizeof address) == 0;
    const auto why = reason();
    ::umask(before);
    if (!bound) fail(path.string() + " cannot be made: " + why);

    struct stat file {};
    ::stat(path.c_str(), &file);
    socket.path_ = path;
    socket.device_ = file.st_dev;
    socket.inode_ = file.st_ino;
    if (::listen(socket.fd(), kBacklog) != 0) fail(path.string() + " cannot listen: " + reason());
    return socket;
}

void ListeningSocket::remove() {
    const auto path = std::exchange(path_, {});
    struct stat file {};
    const bool ours =
        !path.empty() && ::stat(path.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
    if (ours) ::unlink(path.c_str());
    fd_.reset();
}

}  // namespace claviger::fcgi
