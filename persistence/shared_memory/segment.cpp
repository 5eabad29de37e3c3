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

constexpr std::uint64_t kMark = 0x03'64'72'61'6f'62'76'6c;  // "lvboard", layout 3
constexpr auto kAnotherRelease = "the segment is of another release; restart the service";

std::size_t bucketsFor(std::size_t activeKeys) {
    return (activeKeys + ActiveKeysBucket::kPlaces - 1) / ActiveKeysBucket::kPlaces;
}

void* map(int fd, std::size_t size) {
    return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

}  // namespace

// The beginning of the segment; the buckets of the active keys follow. A change of this layout, of a part, or of the
// meaning of a cached key, needs another kMark.
struct alignas(ActiveKeysBucket) Segment::Layout {
    Layout(const domain::Uuid& uuid, std::size_t activeKeysBuckets) : id(uuid), buckets(activeKeysBuckets) {}

    std::uint64_t mark = kMark;
    domain::Uuid id;
    std::uint64_t buckets;
    FencePart fence;

    static std::size_t sizeWith(std::size_t buckets) { return sizeof(Layout) + buckets * sizeof(ActiveKeysBucket); }
};

int Segment::make(std::size_t activeKeys) {
    const int fd = ::memfd_create("claviger segment", MFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    const auto buckets = bucketsFor(activeKeys);
    const auto size = Layout::sizeWith(buckets);
    void* const memory = ::ftruncate(fd, static_cast<off_t>(size)) == 0 ? map(fd, size) : MAP_FAILED;
    if (memory == MAP_FAILED) {
        const int error = errno;
        ::close(fd);
        throw std::system_error(error, std::generic_category(), "the segment");
    }
    new (memory) Layout(domain::makeUuid(domain::SystemClock().now()), buckets);
    ::munmap(memory, size);
    return fd;
}

Segment::Segment(int fd) {
    struct stat file {};
    if (::fstat(fd, &file) != 0 || file.st_size < static_cast<off_t>(sizeof(Layout)))
        throw std::runtime_error(kAnotherRelease);
    size_ = static_cast<std::size_t>(file.st_size);
    void* const memory = map(fd, size_);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "the segment");
    layout_ = static_cast<Layout*>(memory);
    if (layout_->mark == kMark && size_ == Layout::sizeWith(layout_->buckets)) return;
    ::munmap(memory, size_);
    throw std::runtime_error(kAnotherRelease);
}

Segment::~Segment() {
    ::munmap(layout_, size_);
}

domain::SegmentId Segment::id() const {
    return domain::SegmentId::fromBytes(domain::uuidBytes(layout_->id)).value();
}

FencePart& Segment::fence() const {
    return layout_->fence;
}

std::span<ActiveKeysBucket> Segment::activeKeys() const {
    return {reinterpret_cast<ActiveKeysBucket*>(layout_ + 1), layout_->buckets};
}

}  // namespace claviger::persistence
