#pragma once

#include "persistence/connection/connection.h"
#include "persistence/fence/shared_fence.h"

namespace claviger::persistence {

// The claim of one poller on the segment of its host. Only the poller with the claim begins anew, and deletes the
// host's row. Each of its connections has a token of its own in the segment, and holds a named lock at the server for
// it. So a successor can find out that its own connection leads to the same server, and that the predecessor's is alive
// there. For one thread.
class PollerClaim {
public:
    explicit PollerClaim(SharedFence& fence) : fence_(fence) {}  // must outlive this

    // Claims the segment for this connection. Takes it from any poller at first, later only from an earlier connection
    // of this one. Returns false, and changes nothing, if another poller has claimed it since. Throws as
    // Connection::query does.
    bool claim(Connection&);

    // Claims the segment from the poller with this token. Returns false, and changes nothing, if it has another token
    // now. Throws as Connection::query does.
    bool takeOver(Connection&, PollerToken predecessor);

    // Whether the poller with this token has a connection to the server of this one. Throws as Connection::query does.
    static bool isServedWith(Connection&, PollerToken);

    bool isLost() const { return token_ != kNoPoller && fence_.poller() != token_; }  // another poller has claimed it
    bool release();  // false if it was lost, or was never made

private:
    static PollerToken prepare(Connection&);

    SharedFence& fence_;
    PollerToken token_ = kNoPoller;
};

}  // namespace claviger::persistence
