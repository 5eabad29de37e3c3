#include "domain/secrets/hashing_slots.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace claviger::domain::secrets {
namespace {

using namespace std::chrono_literals;

constexpr int kMaxWaiting = 2;
constexpr auto kPatience = 5s;
constexpr auto kPause = 2ms;  // a hashing takes ten times as long

class Count {
public:
    explicit Count(std::atomic<int>& count) : count_(count), mine_(++count) {}
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    ~Count() { --count_; }
    int mine() const { return mine_; }

private:
    std::atomic<int>& count_;
    int mine_;
};

}  // namespace

HashingSlots::Slot::Slot(Slot&& other) noexcept : lockedFile_(std::exchange(other.lockedFile_, -1)) {}

HashingSlots::Slot::~Slot() {
    if (lockedFile_ >= 0) ::close(lockedFile_);
}

HashingSlots::HashingSlots(const std::filesystem::path& folder)
    : files_{folder / "hashing-slot-1.lock", folder / "hashing-slot-2.lock"} {}

std::optional<HashingSlots::Slot> HashingSlots::acquire() {
    if (auto slot = tryAcquire()) return slot;

    const Count waiting(waiting_);
    if (waiting.mine() > kMaxWaiting) return std::nullopt;
    for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
        std::this_thread::sleep_for(kPause);
        if (auto slot = tryAcquire()) return slot;
    }
    return std::nullopt;
}

std::optional<HashingSlots::Slot> HashingSlots::tryAcquire() const {
    for (const auto& file : files_) {
        // A descriptor of its own for each holder: threads of one process exclude each other as well.
        Slot slot(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660));
        if (slot.lockedFile_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
        if (::flock(slot.lockedFile_, LOCK_EX | LOCK_NB) == 0) return slot;
    }
    return std::nullopt;
}

}  // namespace claviger::domain::secrets
