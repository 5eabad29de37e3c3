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

// How often a slot has been raised on this host.
using Generation = std::uint32_t;

// The generations of all slots.
using Generations = std::array<Generation, kSlots>;

// How long one reading of the epochs lets a host trust what it remembers, and one of the nodes that it is alone; and
// how long therefore a change waits for the other hosts, which by then have read of it or have lost their lease, and a
// host that registers for those who take themselves for alone. The margin covers what clocks differ in rate.
constexpr std::chrono::milliseconds kLease{400};
constexpr std::chrono::milliseconds kSettlingTime{500};

// Whom a verdict depends on, with the generations of before the database was asked for it.
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

// The freshness fence of this host: whether a verdict of before still holds. README.md has the argument why it never
// says so too late. Thread-safe, and never waits.
class Fence {
public:
    virtual ~Fence() = default;

    // To be called before the database is asked for what is to be remembered.
    virtual void read(Generations&) const = 0;

    // Whether all changes that were committed before this call are known here, and none of them concerned the ticket's
    // slots since their generations were read.
    virtual bool holds(const Ticket&) const = 0;

    // To be called after the changes were committed (or may have been), and before anybody is told.
    virtual void raise(const StandingChanges&) = 0;

    // Whether no other host relies on what it knew before this call. Says no where it does not know.
    virtual bool isAlone() const = 0;

    // How long the lease has lapsed, as far as this process can know: since it maps its board at most. 0 while the
    // lease holds, and where there is no board.
    virtual std::chrono::milliseconds lapsedFor() const = 0;

    // The board that this process maps; nothing if it has none, and then nothing ever holds.
    virtual std::optional<BoardId> board() const = 0;
};

// Of a process that remembers nothing and maps no board.
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
