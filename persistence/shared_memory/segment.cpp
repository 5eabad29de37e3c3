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

constexpr std::uint64_t kMark = 0x04'64'72'61'6f'62'76'6c;  // "lvboard", layout 4
constexpr auto kAnotherRelease = "the segment is of another release; restart the service";

using ActiveBucket = KeyBucket<domain::ActiveKey>;
using DeadBucket = KeyBucket<domain::DeadKey>;

constexpr std::size_t kActiveKeysOfADeadOne = 4;

std::size_t bucketsFor(std::size_t keys) {
    return (keys + ActiveBucket::kPlaces - 1) / ActiveBucket::kPlaces;
}

void* map(int fd, std::size_t size) {
    return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

}  // namespace

// The beginning of the segment. The buckets of the active keys follow, then those of the dead ones. A change of this
// layout, of a part, or of the meaning of a cached key, needs another kMark.
struct alignas(ActiveBucket) Segment::Layout {
    Layout(const domain::Uuid& uuid, std::size_t activeKeys)
        : id(uuid),
          activeBuckets(bucketsFor(activeKeys)),
          deadBuckets(bucketsFor(activeKeys / kActiveKeysOfADeadOne)) {}

    std::uint64_t mark = kMark;
    domain::Uuid id;
    std::uint64_t activeBuckets, deadBuckets;
    FencePart fence;

    std::size_t size() const {
        return sizeof(Layout) + activeBuckets * sizeof(ActiveBucket) + deadBuckets * sizeof(DeadBucket);
    }
    ActiveBucket* active() { return reinterpret_cast<ActiveBucket*>(this + 1); }
    DeadBucket* dead() { return reinterpret_cast<DeadBucket*>(active() + activeBuckets); }
};

int Segment::make(std::size_t activeKeys) {
    const int fd = ::memfd_create("claviger segment", MFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    const auto size = Layout({}, activeKeys).size();
    void* const memory = ::ftruncate(fd, static_cast<off_t>(size)) == 0 ? map(fd, size) : MAP_FAILED;
    if (memory == MAP_FAILED) {
        const int error = errno;
        ::close(fd);
        throw std::system_error(error, std::generic_category(), "the segment");
    }
    new (memory) Layout(domain::makeUuid(domain::SystemClock().now()), activeKeys);
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
    if (layout_->mark == kMark && size_ == layout_->size()) return;
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

std::span<ActiveBucket> Segment::activeKeys() const {
    return {layout_->active(), layout_->activeBuckets};
}

std::span<DeadBucket> Segment::deadKeys() const {
    return {layout_->dead(), layout_->deadBuckets};
}

}  // namespace claviger::persistence
