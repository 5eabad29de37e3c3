#pragma once

#include <chrono>
#include <memory>

#include "domain/fence/fence.h"

namespace claviger::persistence {

// The board of one host: memory that its master makes, and that all of its workers and its feeder map. It outlives any
// of them but the master, so that a change reaches draining workers too. Thread-safe, over processes as well.
class Board final : public domain::Fence {
public:
    // Moments on CLOCK_BOOTTIME, which counts while the machine is suspended.
    using Moment = std::chrono::nanoseconds;
    static Moment now();

    // A new board, its fence down, as a file descriptor (memfd, close-on-exec) that the caller owns.
    // Throws std::system_error.
    static int make();

    // Maps the board; the descriptor may be closed afterwards. Throws std::runtime_error if it is no board of this
    // layout: another release has made it.
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

    // For the feeder alone.
    void raiseAll();
    void lower();                 // nothing holds from here on
    void lease(Moment end);       // what holds may hold until then; to be called after all known changes were raised
    void aloneUntil(Moment end);  // the past: other boards are there, or may be

private:
    struct Layout;
    Layout* layout_;
    const Moment mappedAt_ = now();
};

}  // namespace claviger::persistence
