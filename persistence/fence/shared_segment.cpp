#include "persistence/fence/shared_segment.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <new>
#include <stdexcept>
#include <system_error>

namespace claviger::persistence {
namespace {

constexpr std::uint64_t kMark = 0x02'64'72'61'6f'62'76'6c;  // "lvboard", layout 2
constexpr std::size_t kCacheLine = 64;
constexpr auto kAnotherRelease = "the segment is of another release; restart the service";

}  // namespace

struct SharedSegment::Layout {
    explicit Layout(const domain::Uuid& uuid) : id(uuid) {}

    std::uint64_t mark = kMark;
    domain::Uuid id;
    alignas(kCacheLine) std::atomic<std::int64_t> freshUntil = 0;  // nanoseconds; the end of the lease
    std::atomic<std::int64_t> aloneUntil = 0;                      // nanoseconds
    alignas(kCacheLine) std::array<std::atomic<domain::ShardCounter>, domain::kShards> counters{};

    static_assert(std::atomic<std::int64_t>::is_always_lock_free);
    static_assert(std::atomic<domain::ShardCounter>::is_always_lock_free);
};

SharedSegment::Moment SharedSegment::now() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int SharedSegment::make() {
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

SharedSegment::SharedSegment(int fd) {
    struct stat file {};
    if (::fstat(fd, &file) != 0 || file.st_size != sizeof(Layout)) throw std::runtime_error(kAnotherRelease);
    void* const memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "the segment");
    layout_ = static_cast<Layout*>(memory);
    if (layout_->mark == kMark) return;
    ::munmap(memory, sizeof(Layout));
    throw std::runtime_error(kAnotherRelease);
}

SharedSegment::~SharedSegment() {
    ::munmap(layout_, sizeof(Layout));
}

void SharedSegment::read(domain::ShardCounters& counters) const {
    for (std::size_t i = 0; i < domain::kShards; ++i)
        counters[i] = layout_->counters[i].load(std::memory_order_acquire);
}

// Loads the lease first, then the counters. The poller stores them in the opposite order, so that a thread that sees
// a lease also sees every counter that was bumped before it.
bool SharedSegment::holds(const domain::CacheStamp& stamp) const {
    const Moment freshUntil{layout_->freshUntil.load(std::memory_order_acquire)};
    if (now() >= freshUntil) return false;
    for (const auto& [shard, counter] : stamp)
        if (layout_->counters[indexOf(shard)].load(std::memory_order_acquire) != counter) return false;
    return true;
}

void SharedSegment::bump(const domain::Invalidations& changes) {
    for (const auto shard : changes) layout_->counters[indexOf(shard)].fetch_add(1);
}

bool SharedSegment::isAlone() const {
    return now() < Moment{layout_->aloneUntil.load(std::memory_order_acquire)};
}

std::chrono::milliseconds SharedSegment::lapsedFor() const {
    const Moment freshUntil{layout_->freshUntil.load(std::memory_order_acquire)};
    const auto lapsed = now() - std::max(freshUntil, mappedAt_);
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(lapsed), std::chrono::milliseconds{0});
}

std::optional<domain::SegmentId> SharedSegment::segment() const {
    return domain::SegmentId::fromBytes(domain::uuidBytes(layout_->id));
}

void SharedSegment::bumpAll() {
    for (auto& counter : layout_->counters) counter.fetch_add(1);
}

// A lease that has lapsed stays as it is, since it shows when it lapsed. A lease that still holds is set to an end one
// lease's length ago.
void SharedSegment::lower() {
    const std::int64_t past = (now() - domain::kLease).count();
    layout_->freshUntil.store(std::min(layout_->freshUntil.load(), past));
}

void SharedSegment::lease(Moment end) {
    layout_->freshUntil.store(end.count(), std::memory_order_release);
}

void SharedSegment::aloneUntil(Moment end) {
    layout_->aloneUntil.store(end.count(), std::memory_order_release);
}

}  // namespace claviger::persistence
