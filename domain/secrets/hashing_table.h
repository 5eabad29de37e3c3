#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <tuple>

namespace claviger::domain::secrets {

// A sign-in, as the queue for password hashing knows it: digests only.
struct HashingClaim {
    enum class Device : std::uint32_t {
        kOther,
        kKnown,  // signed in to this account before
    };

    std::uint64_t tenant;
    std::uint64_t address;  // with its tenant
    std::uint64_t account;  // with its tenant; as typed, whether it exists or not
    Device device;
};

// One sign-in in the table. Every change of it takes effect with one store to `state`. A process that is killed between
// two instructions leaves a place that is free, or a whole one.
struct HashingPlace {
    enum class State : std::uint32_t {
        kFree,       // the rest means nothing
        kWaiting,    // for a permit
        kHashing,    // holds a permit
        kPushedOut,  // another one waits instead; its owner has to free it
    };

    std::atomic<State> state;
    std::uint32_t owner;    // the seat of its process
    std::uint64_t arrival;  // smaller: came earlier
    HashingClaim claim;
};

// The order of password hashing on one host, over all of its workers, in memory that they share. All bytes zero: empty.
//
//   - At most two hash at a time, and at most one of them without a known device.
//   - An account has at most one sign-in that hashes and one that waits.
//   - A known device takes the waiting place of another device of its account: a stranger cannot keep the owner out.
//   - Tenants take turns. Within a tenant its addresses take turns; within an address the first to come is first.
//     Known devices and others have turns of their own.
//   - At most 64 known devices and 256 others wait. Beyond that one of the same sort goes out: the newest sign-in of
//     the address with the most waiting, of the tenant with the most waiting.
//
// Not thread-safe: callers hold the lock of HashingQueue. A place's own process may read and free it without.
class HashingTable {
public:
    static constexpr std::size_t kPlaces = 512;
    static constexpr std::size_t kPermits = 2;

    // A waiting place for the claim; grant() may give it a permit. Null: the account or the table is full, and nothing
    // has changed.
    HashingPlace* admit(const HashingClaim&, std::uint32_t owner);

    // Gives the free permits to those whose turn it is.
    void grant();

    std::array<HashingPlace, kPlaces>& places() { return places_; }

private:
    struct Turn {
        std::uint64_t tenant;
        std::uint64_t address;
        HashingClaim::Device device;
    };
    static constexpr std::size_t kTurns = 256;  // remembered: a tenant without one of these comes first

    using Rank = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

    HashingPlace* longestWaiting(const HashingClaim& newcomer);
    HashingPlace* next();
    Rank turnOf(const HashingPlace&) const;
    template <class Matches>
    std::uint64_t lastTurn(Matches) const;

    std::array<HashingPlace, kPlaces> places_;
    std::array<Turn, kTurns> turns_;  // turn n at n % kTurns
    std::uint64_t turnsGiven_;
    std::uint64_t arrivals_;

    static_assert(std::atomic<HashingPlace::State>::is_always_lock_free);
};

}  // namespace claviger::domain::secrets
