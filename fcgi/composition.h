#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "domain/configuration/settings.h"
#include "fcgi/http/answer.h"
#include "fcgi/server/worker.h"

namespace claviger::fcgi {

// Everything that a worker is made of, made once, in order of dependence.
class Composition {
public:
    // `board` is the descriptor of this host's board; without one (-1), or with one of another release, nothing is
    // remembered. Throws domain::BadConfiguration, or std::runtime_error for a missing pepper or a broken template. The
    // database need not be there.
    explicit Composition(const domain::Settings&, int board = -1);
    ~Composition();  // writes what has gathered in memory

    // From request to answer: thread-safe, throws nothing. Lives as long as this object.
    const Application& application() const;

    // The worker is about to end: no deferred answer waits longer than that from now on.
    void hurry(std::chrono::milliseconds) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// A fresh board for the master to share.
Fd makeBoard();

// The feeder, for as long as the pauses say. Throws domain::BadConfiguration, or std::runtime_error for a board of
// another release.
void feedBoard(const domain::Settings&, int board, const WorkerRole::Pause&);

}  // namespace claviger::fcgi
