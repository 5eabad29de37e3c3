#pragma once

#include <cstddef>

namespace claviger::tests {

// Faults of the machine that a test plants in this process. Until they are planted, nothing differs.

// The next allocation of exactly so many bytes on the calling thread throws std::bad_alloc.
void failNextAllocationOf(std::size_t bytes);

// While it exists, epoll takes no further descriptor, as if the kernel had no memory for it. At most one at a time.
class RefusingEpoll {
public:
    RefusingEpoll();
    RefusingEpoll(const RefusingEpoll&) = delete;
    RefusingEpoll& operator=(const RefusingEpoll&) = delete;
    ~RefusingEpoll();
    int refusals() const;  // so far
};

}  // namespace claviger::tests
