#pragma once

#include <sys/types.h>

#include <filesystem>

#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// The unix socket on which nginx finds the workers, as the master holds it. Non-blocking.
class ListeningSocket {
public:
    // Where systemd has passed one (LISTEN_PID, LISTEN_FDS; taken out of the environment): that. Else a new one at
    // `path`, for owner and group (0660), in place of a stale one.
    // Throws std::runtime_error, saying what to do: another process answers there, what is there is no socket, the
    // folder is missing or not ours to write, the path is over 107 bytes, or what was passed is no listening socket.
    static ListeningSocket open(const std::filesystem::path& path);

    ListeningSocket(ListeningSocket&&) = default;
    ~ListeningSocket() { remove(); }

    int fd() const { return fd_.get(); }

    // Nobody can connect any more; who has already is in the backlog, for the workers to take. The file is left
    // alone if it is systemd's or no longer ours.
    void remove();

private:
    explicit ListeningSocket(Fd fd) : fd_(std::move(fd)) {}

    static ListeningSocket bind(const std::filesystem::path&);

    Fd fd_;
    std::filesystem::path path_;  // empty: not ours to remove
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace claviger::fcgi
