#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "domain/base/id.h"
#include "domain/fence/standing_changes.h"

namespace claviger::domain {

using BoardId = Id<struct BoardKind>;

// The invalidation counter of one slot on this host: how often the slot has been raised.
using Generation = std::uint32_t;

// The generations of all slots.
using Generations = std::array<Generation, kSlots>;

// The validity of one reading, counted from before its query. A reading of the epochs grants the cache lease. A reading
// of `nodes` lets a host treat itself as the only one.
constexpr std::chrono::milliseconds kLease{400};
// How long a change waits after its commit before it is acknowledged: by then every other host has read its epoch or
// has lost its lease. A host that registers waits as long before it caches, so that no other host still treats itself
// as the only one. The difference to kLease covers clocks that differ in rate.
constexpr std::chrono::milliseconds kSettlingTime{500};

// The stamp of a cached entry: the slots that a result depends on, with their generations from before the query. Holds
// at most kMost slots; the constructor throws std::out_of_range for more.
class Ticket {
public:
    static constexpr std::size_t kMost = 3;

    Ticket(const Generations& before, std::initializer_list<Slot> slots) {
        for (const auto slot : slots) slots_.at(count_++) = {slot, before[indexOf(slot)]};
    }

    struct Part {
        Slot slot;
        Generation generation;
    };
    const Part* begin() const { return slots_.data(); }
    const Part* end() const { return slots_.data() + count_; }

private:
    std::array<Part, kMost> slots_{};
    std::uint8_t count_ = 0;
};

// The freshness fence of this host: decides whether a cached result is still valid. README.md has the proof that no
// cached result is used after a change to it was acknowledged. Thread-safe. No method blocks.
class Fence {
public:
    virtual ~Fence() = default;

    // Copies the current generations. Call this before the query whose result is to be cached.
    virtual void read(Generations&) const = 0;

    // Whether the lease is valid and no slot of the ticket was raised since its generations were read. If true, no
    // change that was acknowledged before this call concerns the cached result.
    virtual bool holds(const Ticket&) const = 0;

    // Raises the slots of the changes on this host. Call this after the changes were committed, or may have been, and
    // before they are acknowledged.
    virtual void raise(const StandingChanges&) = 0;

    // Whether no other host uses entries that it cached before this call. Returns false if that is unknown.
    virtual bool isAlone() const = 0;

    // Returns the time since the lease lapsed, counted from when this process mapped its board at the earliest. 0 while
    // the lease is valid, and without a board.
    virtual std::chrono::milliseconds lapsedFor() const = 0;

    // Returns the id of the board that this process maps. nullopt if it maps none; then holds() is always false.
    virtual std::optional<BoardId> board() const = 0;
};

// The fence of a process that caches nothing and maps no board.
class NoFence final : public Fence {
public:
    void read(Generations& generations) const override { generations = {}; }
    bool holds(const Ticket&) const override { return false; }
    void raise(const StandingChanges&) override {}
    bool isAlone() const override { return false; }
    std::chrono::milliseconds lapsedFor() const override { return std::chrono::milliseconds{0}; }
    std::optional<BoardId> board() const override { return std::nullopt; }
};

}  // namespace claviger::domain
