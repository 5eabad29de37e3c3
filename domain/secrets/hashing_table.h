#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <tuple>

namespace claviger::domain::secrets {

// A sign-in in the queue for password hashing. It holds digests only.
struct HashingClaim {
    enum class Device : std::uint32_t {
        kOther,
        kKnown,  // signed in to this account before
    };

    std::uint64_t tenant;
    std::uint64_t address;  // with its tenant
    std::uint64_t account;  // with its tenant; as typed, for unknown accounts too
    Device device;
};

// One sign-in in the table. Every change of it takes effect with one store to `state`. So a process that is killed
// between two instructions leaves a free place or a complete one.
struct HashingPlace {
    enum class State : std::uint32_t {
        kFree,       // the other members are meaningless
        kWaiting,    // for a permit
        kHashing,    // holds a permit
        kPushedOut,  // another sign-in took its place in the queue; its owner has to free it
    };

    std::atomic<State> state;
    std::uint32_t owner;    // the slot of its process
    std::uint64_t arrival;  // increases with each sign-in
    HashingClaim claim;
};

// The order of password hashing on one host, in memory that all of its workers share. With all bytes zero it is empty.
//
//   - At most two sign-ins hash at a time, and at most one of them is without a known device.
//   - An account has at most one sign-in that hashes and one that waits.
//   - A known device takes the waiting place of another device of its account: a stranger cannot keep the owner out.
//   - Tenants take turns. Within a tenant its addresses take turns. Within an address the earliest sign-in is first.
//     Known devices and others have turns of their own.
//   - At most 64 known devices and 256 others wait. Beyond that the tenant with the most waiting sign-ins of the same
//     sort loses one: the newest of its address with the most waiting.
//
// Not thread-safe: callers must hold the lock of HashingQueue. The process that owns a place may read and free it
// without the lock.
class HashingTable {
public:
    static constexpr std::size_t kPlaces = 512;
    static constexpr std::size_t kPermits = 2;

    // Adds the claim, and returns its waiting place, which the table owns. grant() may give it a permit. Returns
    // nullptr if the account or the table is full; then nothing has changed.
    HashingPlace* admit(const HashingClaim&, std::uint32_t owner);

    // Gives the free permits to the sign-ins whose turn it is.
    void grant();

    std::array<HashingPlace, kPlaces>& places() { return places_; }

private:
    struct Turn {
        std::uint64_t tenant;
        std::uint64_t address;
        HashingClaim::Device device;
    };
    static constexpr std::size_t kTurns = 256;  // stored turns; a tenant without a stored turn comes first

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
