#pragma once

#include <chrono>

namespace claviger::fcgi {

// Blocks for the given time, and never less: true. A process that is stopped and continued waits for the rest of the
// time. False at once if SIGTERM comes, which must be blocked in all threads; it is consumed.
bool pauseUnlessTerminated(std::chrono::milliseconds);

}  // namespace claviger::fcgi
