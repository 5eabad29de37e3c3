#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "domain/configuration/settings.h"
#include "fcgi/http/answer.h"
#include "fcgi/processes/worker.h"

namespace claviger::fcgi {

// All objects of a worker, each made once, in order of dependence.
class Composition {
public:
    // `segment` is the descriptor of this host's segment; it may be closed afterwards. Without one (-1), or with one of
    // another release, nothing is cached, and `nothing_cached` is logged for the latter. Throws
    // domain::BadConfiguration, or std::runtime_error for a missing pepper, a broken template or an unusable run
    // folder. The database need not be reachable.
    explicit Composition(const domain::Settings&, int segment = -1);
    ~Composition();  // writes the key uses that are still in memory

    // From request to response: thread-safe, throws nothing but std::bad_alloc. The reference is valid as long as this
    // object.
    const Application& application() const;

    // The worker is about to end: from now on no deferred answer waits longer than the given time. Thread-safe.
    void hurry(std::chrono::milliseconds) const;

    // Writes the key uses that are still in memory, spread over some seconds: other workers serve by now. Leaves the
    // rest to the destructor once a pause returns false.
    void writeUses(const WorkerRole::Pause&) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// Returns the descriptor of a new segment, which the master shares with its processes. Its size follows the settings of
// now, for as long as the master runs. Throws std::system_error.
Fd makeSharedSegment(const domain::Settings&);

// All objects of a poller.
class SegmentPoller {
public:
    // Maps the segment of this descriptor. Throws domain::BadConfiguration, or std::runtime_error for a segment of
    // another release. The database need not be reachable.
    SegmentPoller(const domain::Settings&, int segment);
    ~SegmentPoller();

    // Takes over from the poller that is at work, if there is one (EpochPoller::takeOver). Returns false if a pause has
    // returned false: then do not run(). Throws nothing.
    bool takeOver(const WorkerRole::Pause&);

    // Polls, and renews the keys that this host caches on a thread of its own. Blocks until a pause returns false. A
    // lost database is logged and tried again. Throws nothing.
    void run(const WorkerRole::Pause&);

private:
    struct Parts;

    void renewKeys(const std::stop_token&);

    std::unique_ptr<Parts> parts_;
};

}  // namespace claviger::fcgi
