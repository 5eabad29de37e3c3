#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <optional>

namespace claviger::domain::secrets {

// At most two password hashings at a time on this host, over all workers: two locked files, which the kernel
// unlocks when their holder dies. Thread-safe.
class HashingSlots {
public:
    // A right to hash, given back on destruction.
    class Slot {
    public:
        Slot(Slot&&) noexcept;
        Slot& operator=(Slot&&) = delete;
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        ~Slot();

    private:
        friend class HashingSlots;
        explicit Slot(int lockedFile) : lockedFile_(lockedFile) {}

        int lockedFile_;
    };

    // `folder` must exist, be writable, and be the same for all workers of the host.
    explicit HashingSlots(const std::filesystem::path& folder);

    // Waits up to five seconds for a slot, as one of at most two threads of this process that wait.
    // Nothing if two wait already, or if the wait was in vain. Throws std::system_error if the files
    // cannot be opened.
    std::optional<Slot> acquire();

private:
    std::optional<Slot> tryAcquire() const;

    std::array<std::filesystem::path, 2> files_;
    std::atomic<int> waiting_{0};
};

}  // namespace claviger::domain::secrets
