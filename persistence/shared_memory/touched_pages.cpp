#include "persistence/shared_memory/touched_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace claviger::persistence {
namespace {

std::size_t pageSize() {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

std::size_t addressOf(const void* place) {
    return reinterpret_cast<std::uintptr_t>(place);
}

}  // namespace

TouchedPages::TouchedPages(std::span<const std::byte> memory) : first_(addressOf(memory.data()) & ~(pageSize() - 1)) {
    const auto size = addressOf(memory.data()) + memory.size() - first_;
    pages_.assign((size + pageSize() - 1) / pageSize(), 1);
    if (!pages_.empty() && ::mincore(reinterpret_cast<void*>(first_), size, pages_.data()) != 0)
        pages_.assign(pages_.size(), 1);
}

bool TouchedPages::has(const void* address) const {
    return (pages_.at((addressOf(address) - first_) / pageSize()) & 1U) != 0;
}

}  // namespace claviger::persistence
