#pragma once

#include <chrono>
#include <memory>

#include "domain/fence/fence.h"

namespace claviger::persistence {

// The shared-memory segment of one host. Its master makes it; its workers and its feeder map it. It stays in memory
// when a worker or the feeder ends, so that a change reaches draining workers too. Thread-safe, also between processes.
class Board final : public domain::Fence {
public:
    // A time on CLOCK_BOOTTIME. That clock also counts while the machine is suspended.
    using Moment = std::chrono::nanoseconds;
    static Moment now();

    // Makes a new board without a lease. Returns a file descriptor (memfd, close-on-exec) that the caller owns.
    // Throws std::system_error.
    static int make();

    // Maps the board. The caller keeps the descriptor, and may close it afterwards. Throws std::runtime_error if it is
    // no board of this layout: another release has made it. Throws std::system_error if it cannot be mapped.
    explicit Board(int fd);
    ~Board() override;
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    void read(domain::Generations&) const override;
    bool holds(const domain::Ticket&) const override;
    void raise(const domain::StandingChanges&) override;
    bool isAlone() const override;
    std::chrono::milliseconds lapsedFor() const override;
    std::optional<domain::BoardId> board() const override;

    // These are only for the feeder.
    void raiseAll();              // raises every slot: no earlier ticket holds any more
    void lower();                 // ends the lease: no ticket holds until the next lease
    void lease(Moment end);       // tickets may hold until `end`; to be called after all known changes were raised
    void aloneUntil(Moment end);  // until then this host is the only one; a past time: other hosts may be there

private:
    struct Layout;
    Layout* layout_;
    const Moment mappedAt_ = now();
};

}  // namespace claviger::persistence
