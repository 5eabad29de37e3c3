#include "tests/server/planted_faults.h"

#include <dlfcn.h>
#include <sys/epoll.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace claviger::tests {
namespace {

thread_local std::size_t failing = 0;  // the size of the allocation that fails; 0: none
std::atomic<bool> refusesDescriptors{false};
std::atomic<int> refusedDescriptors{0};

}  // namespace

void failNextAllocationOf(std::size_t bytes) {
    failing = bytes;
}

RefusingEpoll::RefusingEpoll() {
    refusedDescriptors = 0;
    refusesDescriptors = true;
}

RefusingEpoll::~RefusingEpoll() {
    refusesDescriptors = false;
}

int RefusingEpoll::refusals() const {
    return refusedDescriptors;
}

}  // namespace claviger::tests

// These replace the functions of the standard library and of libc in this program.

void* operator new(std::size_t size) {
    using claviger::tests::failing;
    const bool fails = failing != 0 && failing == size;
    void* const memory = fails ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (fails) failing = 0;
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    if (operation == EPOLL_CTL_ADD && claviger::tests::refusesDescriptors) {
        ++claviger::tests::refusedDescriptors;
        errno = ENOSPC;
        return -1;
    }
    // The next function of this name, not the system call: ThreadSanitizer learns the order of threads from its own.
    using Function = int(int, int, int, epoll_event*);
    static auto* const passOn = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "epoll_ctl"));
    return passOn(epoll, operation, fd, event);
}
