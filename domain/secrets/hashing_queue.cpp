#include "domain/secrets/hashing_queue.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace claviger::domain::secrets {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using State = HashingPlace::State;

constexpr auto kName = "hashing-queue.1";  // the number is the layout's; increase it with each change of HashingTable
constexpr auto kLookEvery = 100ms;
constexpr std::chrono::microseconds kFirstRetry{50}, kLongestRetry{2000};  // between two tries for the lock

// The locked bytes of the file. A lock on a byte does not concern the byte's content.
constexpr off_t kTableLock = 0;  // held by the process that reads or changes the table
constexpr std::uint32_t kSlots =
    1023;  // enough for 256 workers and their successors; byte n is locked by the process that has slot n, from 1 on

std::system_error failure(const std::filesystem::path& path, int error = errno) {
    return {error, std::generic_category(), path.string()};
}

// Sets a lock of the open file description. The kernel releases it when the description is closed, as by the exit of
// its process. Returns false if the lock cannot be set.
bool lock(int file, int command, short type, off_t byte) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = byte;
    range.l_len = 1;
    int result = 0;
    do result = ::fcntl(file, command, &range);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

int openFile(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (file < 0) throw failure(path);
    // Allocates all blocks of the file now. Otherwise a write to the mapping would fail when the disk is full.
    struct stat found {};
    const int error = ::posix_fallocate(file, 0, sizeof(HashingTable));
    if (error == 0 && ::fstat(file, &found) == 0 && found.st_size == sizeof(HashingTable)) return file;
    ::close(file);
    if (error != 0) throw failure(path, error);
    throw std::runtime_error(path.string() + " is not of this release: remove it while the service is stopped");
}

}  // namespace

// The lock on the table. While a Section holds it, no other thread and no other process uses the table. It is false if
// the lock was not free within `patience`, or cannot be set. It polls, because waiting for a lock on a file has no
// limit.
class HashingQueue::Section {
public:
    explicit Section(HashingQueue& queue, Clock::duration patience = kLongestLock)
        : file_(queue.mapping_.file), lock_(queue.mutex_, std::defer_lock) {
        const auto end = Clock::now() + patience;
        for (auto pause = kFirstRetry; !take() && isContended() && Clock::now() < end;) {
            std::this_thread::sleep_for(pause);
            pause = std::min(2 * pause, kLongestRetry);
        }
    }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section() {
        if (*this) lock(file_, F_OFD_SETLK, F_UNLCK, kTableLock);
    }

    explicit operator bool() const { return error_ == 0; }
    bool isContended() const { return error_ == EAGAIN; }  // it was not free

private:
    bool take() {
        if (!lock_ && !lock_.try_lock()) return false;
        error_ = lock(file_, F_OFD_SETLK, F_WRLCK, kTableLock) ? 0 : errno;
        return error_ == 0;
    }

    int file_;
    std::unique_lock<std::mutex> lock_;  // between threads; held before the lock between processes
    int error_ = EAGAIN;                 // of the last try; 0: held
};

HashingQueue::Holding::Holding(Holding&& other) noexcept
    : queue_(other.queue_), place_(std::exchange(other.place_, nullptr)) {}

HashingQueue::Holding::~Holding() {
    if (place_ != nullptr) queue_->release(*place_);
}

bool HashingQueue::Place::isDecided() const {
    if (holding_.state() != State::kWaiting || isOver()) return true;
    holding_.queue().lookForTheDead();
    return holding_.state() != State::kWaiting;
}

std::optional<HashingQueue::Permit> HashingQueue::Place::permit() && {
    if (holding_.state() != State::kHashing) return std::nullopt;
    return Permit(std::move(holding_));
}

bool HashingQueue::Place::isOver() const {
    const auto now = Clock::now();
    return now >= lastMoment_ || now.time_since_epoch().count() >= holding_.queue().lastMoment_;
}

HashingQueue::Mapping::Mapping(const std::filesystem::path& path) : file(openFile(path)) {
    void* const memory = ::mmap(nullptr, sizeof(HashingTable), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    table = static_cast<HashingTable*>(memory);
    if (memory != MAP_FAILED) return;
    const int error = errno;
    ::close(file);
    throw failure(path, error);
}

HashingQueue::Mapping::~Mapping() {
    ::munmap(table, sizeof(HashingTable));
    ::close(file);
}

HashingQueue::HashingQueue(const std::filesystem::path& folder)
    : path_(fileIn(folder)),
      mapping_(path_),
      table_(*mapping_.table),
      slot_(takeSlot()),
      lastMoment_(std::numeric_limits<Clock::rep>::max()) {
    const Section section(*this);
    if (!section && !section.isContended()) throw failure(path_);
    if (section) freeInherited();
}

std::filesystem::path HashingQueue::fileIn(const std::filesystem::path& folder) {
    return folder / kName;
}

// The slot's previous process has exited.
void HashingQueue::freeInherited() {
    if (!std::exchange(inherits_, false)) return;
    for (auto& place : table_.places())
        if (place.owner == slot_) place.state = State::kFree;
}

std::uint32_t HashingQueue::takeSlot() const {
    for (std::uint32_t slot = 1; slot <= kSlots; ++slot)
        if (lock(mapping_.file, F_OFD_SETLK, F_WRLCK, slot)) return slot;
    throw std::runtime_error("1023 processes use " + path_.string());
}

std::optional<HashingQueue::Place> HashingQueue::enter(const HashingClaim& claim) {
    const Section section(*this);
    if (section.isContended()) return std::nullopt;
    if (!section) throw failure(path_);
    freePlacesOfTheDead();
    auto* const place = table_.admit(claim, slot_);
    if (place == nullptr) return std::nullopt;
    table_.grant();
    return Place(Holding(*this, *place));
}

void HashingQueue::hurry(std::chrono::milliseconds patience) {
    lastMoment_ = (Clock::now() + patience).time_since_epoch().count();
}

// If the table cannot be locked, the next process that checks the table grants the free permit.
void HashingQueue::release(HashingPlace& place) noexcept {
    place.state.store(State::kFree, std::memory_order_release);
    if (const Section section(*this); section) table_.grant();
}

void HashingQueue::lookForTheDead() {
    const auto now = Clock::now();
    auto due = nextLook_.load();
    if (now.time_since_epoch().count() < due) return;
    if (!nextLook_.compare_exchange_strong(due, (now + kLookEvery).time_since_epoch().count())) return;
    const Section section(*this, 0s);
    if (!section) return;
    freePlacesOfTheDead();
    table_.grant();
}

void HashingQueue::freePlacesOfTheDead() {
    freeInherited();
    std::bitset<kSlots + 1> looked, dead;
    for (auto& place : table_.places()) {
        if (place.state.load() == State::kFree || place.owner == slot_) continue;
        const auto slot = place.owner <= kSlots ? place.owner : 0;
        if (!looked[slot]) dead[slot] = isDead(slot), looked[slot] = true;
        if (dead[slot]) place.state = State::kFree;
    }
}

bool HashingQueue::isDead(std::uint32_t slot) const {
    if (slot == 0) return true;  // no process ever has slot 0
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = slot;
    range.l_len = 1;
    return ::fcntl(mapping_.file, F_OFD_GETLK, &range) == 0 && range.l_type == F_UNLCK;
}

}  // namespace claviger::domain::secrets
