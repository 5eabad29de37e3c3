#include "fcgi/processes/pause.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace claviger::fcgi {

using namespace std::chrono_literals;

bool pauseUnlessTerminated(std::chrono::milliseconds length) {
    sigset_t termination;
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    const auto end = std::chrono::steady_clock::now() + length;
    while (true) {
        const auto rest = std::max<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now(), 0ns);
        const auto seconds = std::chrono::floor<std::chrono::seconds>(rest);
        const timespec time{seconds.count(), (rest - seconds).count()};
        if (::sigtimedwait(&termination, nullptr, &time) == SIGTERM) return false;
        if (errno != EINTR) return true;  // SIGSTOP and SIGCONT interrupt it, even without a handler
    }
}

}  // namespace claviger::fcgi
