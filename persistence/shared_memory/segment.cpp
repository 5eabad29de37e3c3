#include "persistence/shared_memory/segment.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace claviger::persistence {
namespace {

constexpr std::uint64_t kMark = 0x02'64'72'61'6f'62'76'6c;  // "lvboard", layout 2
constexpr auto kAnotherRelease = "the segment is of another release; restart the service";

}  // namespace

// A change of this layout, or of a part, needs another kMark.
struct Segment::Layout {
    explicit Layout(const domain::Uuid& uuid) : id(uuid) {}

    std::uint64_t mark = kMark;
    domain::Uuid id;
    FencePart fence;
};

int Segment::make() {
    const int fd = ::memfd_create("claviger segment", MFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    void* memory = MAP_FAILED;
    if (::ftruncate(fd, sizeof(Layout)) == 0)
        memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        const int error = errno;
        ::close(fd);
        throw std::system_error(error, std::generic_category(), "the segment");
    }
    new (memory) Layout(domain::makeUuid(domain::SystemClock().now()));
    ::munmap(memory, sizeof(Layout));
    return fd;
}

Segment::Segment(int fd) {
    struct stat file {};
    if (::fstat(fd, &file) != 0 || file.st_size != sizeof(Layout)) throw std::runtime_error(kAnotherRelease);
    void* const memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "the segment");
    layout_ = static_cast<Layout*>(memory);
    if (layout_->mark == kMark) return;
    ::munmap(memory, sizeof(Layout));
    throw std::runtime_error(kAnotherRelease);
}

Segment::~Segment() {
    ::munmap(layout_, sizeof(Layout));
}

domain::SegmentId Segment::id() const {
    return domain::SegmentId::fromBytes(domain::uuidBytes(layout_->id)).value();
}

FencePart& Segment::fence() const {
    return layout_->fence;
}

}  // namespace claviger::persistence
