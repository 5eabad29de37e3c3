#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "domain/base/fault_report.h"
#include "domain/ports/control/key_index.h"
#include "domain/ports/outside/cached_keys.h"

namespace claviger::domain {

// Renews the cached active keys of this host, hundreds in one query of the index. So keys in use do not expire, and
// after all entries became invalid at once they hold again within a second. A key that the index does not confirm is
// given up: its next verify looks it up. For one thread.
class KeyRenewal {
public:
    // References must outlive this. Each failed round is reported, and each other round as a success.
    KeyRenewal(const KeyIndex& index, CachedKeys& keys, const Fence& fence, FaultReport& faults)
        : index_(index), keys_(keys), fence_(fence), faults_(faults) {}

    // One round: renews or gives up all keys that the round finds due. Throws StorageUnavailable, and what
    // KeyIndex::find() throws.
    void renewDue();

    // Waits that long and returns true. Returns false, at once, if the renewal is to stop. Must not throw.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // Runs a round four times a second, and two seconds after a failed one. Blocks until the pause returns false.
    // Throws nothing.
    void run(const Pause&);

private:
    void renew(const std::vector<secrets::KeyHash>&);
    bool tryRound();

    const KeyIndex& index_;
    CachedKeys& keys_;
    const Fence& fence_;
    FaultReport& faults_;
};

}  // namespace claviger::domain
