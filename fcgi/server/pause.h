#pragma once

#include <chrono>

namespace claviger::fcgi {

// Waits so long, and never less: a process that is stopped and continued meanwhile waits for the rest. False at once if
// SIGTERM comes, which must be blocked.
bool pauseUnlessTerminated(std::chrono::milliseconds);

}  // namespace claviger::fcgi
