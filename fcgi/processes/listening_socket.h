#pragma once

#include <sys/types.h>

#include <filesystem>

#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// The unix socket on which nginx connects to the workers, non-blocking. The master owns it; destruction calls remove().
class ListeningSocket {
public:
    // The socket that systemd has passed, if it has (LISTEN_PID, LISTEN_FDS; these variables are removed). If not, a
    // new socket at `path`, for owner and group (0660), which replaces a stale one. Waits up to 1 s for workers of a
    // killed master to leave. Call it before any thread starts: it changes the umask for a moment.
    //
    // Throws std::runtime_error, whose text says what to do:
    //   another process serves at `path`, or a file there is no socket
    //   the folder is missing, or this account may not write to it
    //   the path is over 107 bytes
    //   the passed descriptor is no listening socket
    static ListeningSocket open(const std::filesystem::path& path);

    ListeningSocket(ListeningSocket&&) = default;
    ~ListeningSocket() { remove(); }

    int fd() const { return fd_.get(); }

    // Closes the descriptor and removes the file, so that no new connection is made. Connections made before are in the
    // backlog, for the workers to take. The file of systemd's socket stays, and systemd's socket goes on queueing
    // connections. A file that another process has put at the path stays too.
    void remove();

private:
    explicit ListeningSocket(Fd fd) : fd_(std::move(fd)) {}

    static ListeningSocket bind(const std::filesystem::path&);

    Fd fd_;
    std::filesystem::path path_;  // empty: no file of ours
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace claviger::fcgi
