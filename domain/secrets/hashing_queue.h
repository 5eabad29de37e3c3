#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "domain/secrets/hashing_table.h"

namespace claviger::domain::secrets {

// The permits for password hashing on this host, and the queue for them: an ordered semaphore (HashingTable has the
// order). All workers map one file of the run folder. Its name has the version of its layout. Workers of a release with
// another layout use a file and permits of their own until they exit.
//
// A process that is killed at any instruction leaves no lock behind: the kernel frees its two locks on the file. One
// lock is on the table, which is consistent between any two stores (see HashingPlace). The other is on the process's
// slot, its number in the file. Other processes free the places of an unlocked slot when a sign-in enters, and within
// 100 ms while one waits. Places that are in the file after a crash of the machine are freed in the same way.
//
// A process that is stopped (SIGSTOP) keeps its places, permits and locks until it continues. If it is stopped while it
// holds the lock on the table, no sign-in of the host gets a permit; but each call here ends within kLongestLock.
// Thread-safe.
class HashingQueue {
    // Owns a place of the table, and frees it on destruction.
    class Holding {
    public:
        Holding(HashingQueue& queue, HashingPlace& place) : queue_(&queue), place_(&place) {}
        Holding(Holding&&) noexcept;
        Holding& operator=(Holding&&) = delete;
        Holding(const Holding&) = delete;
        Holding& operator=(const Holding&) = delete;
        ~Holding();

        HashingQueue& queue() const { return *queue_; }
        HashingPlace::State state() const { return place_->state.load(std::memory_order_acquire); }

    private:
        HashingQueue* queue_;
        HashingPlace* place_;
    };

public:
    static constexpr std::chrono::seconds kLongestWait{20};
    static constexpr std::chrono::seconds kLongestLock{1};  // a process that runs holds the lock for microseconds

    // The permit to hash one password. Destruction gives it back. The queue must outlive it.
    class Permit {
    private:
        friend class HashingQueue;
        explicit Permit(Holding holding) : holding_(std::move(holding)) {}
        Holding holding_;
    };

    // A sign-in that waits for its permit. Destruction removes it from the queue. The queue must outlive it.
    class Place {
    public:
        // Whether the wait is over, with a permit or without one. Never blocks. Once true, it stays true.
        bool isDecided() const;

        // Returns the permit. nullopt if the sign-in was pushed out, has waited for kLongestWait, or still waits.
        std::optional<Permit> permit() &&;

    private:
        friend class HashingQueue;
        using Clock = std::chrono::steady_clock;
        explicit Place(Holding holding) : holding_(std::move(holding)) {}
        bool isOver() const;

        Holding holding_;
        Clock::time_point lastMoment_ = Clock::now() + kLongestWait;
    };

    // The path of the file in the run folder.
    static std::filesystem::path fileIn(const std::filesystem::path& folder);

    // `folder` must exist, be writable, and be the same for all workers of the host. Throws std::system_error if the
    // file cannot be made. Throws std::runtime_error if it is not of this layout, or if 1,023 processes use it.
    explicit HashingQueue(const std::filesystem::path& folder);
    HashingQueue(const HashingQueue&) = delete;
    HashingQueue& operator=(const HashingQueue&) = delete;

    // Adds a sign-in to the queue. Does not wait for a permit, but blocks while another thread or process holds the
    // lock on the table. Returns nullopt if the account or the table is full, or if the lock is not free within
    // kLongestLock; then nothing has changed. Throws std::system_error if the file cannot be locked.
    std::optional<Place> enter(const HashingClaim&);

    // Limits every wait of this process to this time from now. For a process that is about to exit.
    void hurry(std::chrono::milliseconds);

private:
    class Section;

    // The file, open and mapped.
    struct Mapping {
        explicit Mapping(const std::filesystem::path&);
        ~Mapping();
        Mapping(const Mapping&) = delete;
        Mapping& operator=(const Mapping&) = delete;

        int file;
        HashingTable* table;
    };

    void release(HashingPlace&) noexcept;
    void lookForTheDead();
    void freePlacesOfTheDead();
    void freeInherited();
    bool isDead(std::uint32_t slot) const;
    std::uint32_t takeSlot() const;

    const std::filesystem::path path_;
    const Mapping mapping_;
    HashingTable& table_;
    std::uint32_t slot_;
    std::mutex mutex_;      // between threads; the file's lock is between processes only
    bool inherits_ = true;  // the table may hold places of the slot's previous process; under the lock
    std::atomic<std::chrono::steady_clock::rep> nextLook_{0};
    std::atomic<std::chrono::steady_clock::rep> lastMoment_;
};

}  // namespace claviger::domain::secrets
