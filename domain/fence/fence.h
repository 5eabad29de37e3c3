#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "domain/base/id.h"
#include "domain/fence/standing_changes.h"

namespace claviger::domain {

using BoardId = Id<struct BoardKind>;

// How often a slot has been raised on this host.
using Generation = std::uint32_t;

// The generations of all slots, each read before the database was asked.
using Generations = std::array<Generation, kSlots>;

// How long one reading of the epochs lets a host trust what it remembers, and how long a change therefore waits for the
// other hosts: by then each has read of it, or has lost its lease. The margin covers what clocks differ in rate.
constexpr std::chrono::milliseconds kLease{400};
constexpr std::chrono::milliseconds kSettlingTime{500};

// What a slot's generation was.
struct SlotGeneration {
    Slot slot;
    Generation generation;
};

// The freshness fence of this host: whether a verdict of before still holds. domain/fence/README.md has the argument.
// Thread-safe, and never waits.
class Fence {
public:
    virtual ~Fence() = default;

    virtual void read(Generations&) const = 0;

    // Whether all changes that were committed before this call are known here, and none of them concerns the slots
    // since their generations were read.
    virtual bool holds(const SlotGeneration* first, const SlotGeneration* last) const = 0;

    // To be called after the changes were committed (or may have been), and before anybody is told.
    virtual void raise(const StandingChanges&) = 0;

    // The board that this process maps; nothing if it has none, and then nothing ever holds.
    virtual std::optional<BoardId> board() const = 0;
};

// Of a process that remembers nothing and maps no board.
class NoFence final : public Fence {
public:
    void read(Generations&) const override {}
    bool holds(const SlotGeneration*, const SlotGeneration*) const override { return false; }
    void raise(const StandingChanges&) override {}
    std::optional<BoardId> board() const override { return std::nullopt; }
};

}  // namespace claviger::domain
