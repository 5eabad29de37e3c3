#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "domain/secrets/hashing_table.h"

namespace claviger::domain::secrets {

// The permits for password hashing on this host, and the queue for them (semaphore with an order; the order is
// HashingTable's). All workers map one file of the run folder; its name has the version of its layout. Workers of a
// release with another layout have a file and permits of their own until they have gone.
//
// A process that is killed at any instruction leaves nothing behind: the kernel frees its two locks on the file. One
// lock is on the table, which is whole between any two stores (see HashingPlace). The other is on the seat of the
// process. Other processes free the places of an unlocked seat, within 100 ms while anything waits, and when anything
// enters. Places that are left in the file after the machine has gone down are freed likewise.
//
// A process that is stopped (SIGSTOP) keeps what it has until it goes on. Thread-safe.
class HashingQueue {
    // A place of the table, freed on destruction.
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

    // The right to hash one password, given back on destruction. The queue must outlive it.
    class Permit {
    private:
        friend class HashingQueue;
        explicit Permit(Holding holding) : holding_(std::move(holding)) {}
        Holding holding_;
    };

    // One that waits for its permit. It leaves the queue on destruction. The queue must outlive it.
    class Place {
    public:
        // Whether the wait is over: with a permit, or without. Never waits itself, and once true stays true.
        bool isDecided() const;

        // The permit. Nothing: it was pushed out, or has waited for too long, or isDecided() was not awaited.
        std::optional<Permit> permit() &&;

    private:
        friend class HashingQueue;
        using Clock = std::chrono::steady_clock;
        explicit Place(Holding holding) : holding_(std::move(holding)) {}
        bool isOver() const;

        Holding holding_;
        Clock::time_point lastMoment_ = Clock::now() + kLongestWait;
    };

    // `folder` must exist, be writable, and be the same for all workers of the host. Throws std::system_error if the
    // file cannot be made, and std::runtime_error if it is not of this layout or if 1,023 processes have it.
    explicit HashingQueue(const std::filesystem::path& folder);
    HashingQueue(const HashingQueue&) = delete;
    HashingQueue& operator=(const HashingQueue&) = delete;

    // Never waits. Nothing: the account or the table is full, and nothing has changed. Throws std::system_error if the
    // file cannot be locked.
    std::optional<Place> enter(const HashingClaim&);

    // No wait of this process lasts longer than that from now on: it is about to end.
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
    bool isDead(std::uint32_t seat) const;
    std::uint32_t takeSeat() const;

    const std::filesystem::path path_;
    const Mapping mapping_;
    HashingTable& table_;
    std::uint32_t seat_;
    std::mutex mutex_;  // the file's lock excludes other processes only
    std::atomic<std::chrono::steady_clock::rep> nextLook_{0};
    std::atomic<std::chrono::steady_clock::rep> lastMoment_;
};

}  // namespace claviger::domain::secrets
