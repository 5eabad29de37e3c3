#pragma once

#include <cstddef>
#include <span>

#include "domain/fence/fence.h"
#include "domain/model/api_key.h"
#include "persistence/shared_memory/fence_part.h"
#include "persistence/shared_memory/key_bucket.h"

namespace claviger::persistence {

// The shared-memory segment of one host: a head (the layout's number and the id), and one part for each use: the
// fence, the active keys, the dead keys. The master makes one segment at its start; its workers and its poller map it.
// It stays in memory when a worker or the poller ends, so that a change reaches draining workers too. The kernel frees
// it when no process holds or maps it any more.
//
// The head never changes after make(). Each part's header states what a process leaves in it that is killed while it
// writes. Thread-safe.
class Segment {
public:
    // Makes a new segment, with a new id and every part empty: no lease, all counters 0, nothing cached. It can cache
    // `activeKeys`, rounded up to whole buckets, and a quarter as many dead keys; 0: none. A place takes memory from
    // its first use on. Returns a file descriptor (memfd, close-on-exec) that the caller owns. Throws
    // std::system_error.
    static int make(std::size_t activeKeys);

    // Maps the segment. The caller keeps the descriptor, and may close it afterwards. Throws std::runtime_error if it
    // is no segment of this layout: another release has made it. Throws std::system_error if it cannot be mapped.
    explicit Segment(int fd);
    ~Segment();
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    // The id names this host in `nodes`.
    domain::SegmentId id() const;

    // The parts are valid as long as this. They are in shared memory: other processes change them at any time.
    FencePart& fence() const;
    std::span<KeyBucket<domain::ActiveKey>> activeKeys() const;
    std::span<KeyBucket<domain::DeadKey>> deadKeys() const;

private:
    struct Layout;
    Layout* layout_;
    std::size_t size_;  // of the mapping, in bytes
};

}  // namespace claviger::persistence
