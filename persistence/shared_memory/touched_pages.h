#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace claviger::persistence {

// Says of each page of a shared mapping whether it is in memory. A page that was never touched is not, and reading it
// would allocate it.
class TouchedPages {
public:
    // Looks at the pages of this memory, as they are now. Takes every page as touched if the kernel does not say.
    explicit TouchedPages(std::span<const std::byte> memory);

    bool has(const void* address) const;  // the address must be in the memory

private:
    std::size_t first_;                 // the address of the first page
    std::vector<unsigned char> pages_;  // the lowest bit: in memory
};

}  // namespace claviger::persistence
