#pragma once

namespace claviger::domain {

// Gives freed memory of this process back to the system. The allocator keeps it otherwise, for the process's next use.
// Takes some milliseconds for 10 MiB; other threads that allocate may wait for it. Thread-safe.
void returnFreeMemory();

}  // namespace claviger::domain
