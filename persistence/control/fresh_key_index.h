#pragma once

#include <cstdint>

#include "persistence/control/mysql_key_index.h"
#include "persistence/fence/epoch_poller.h"

namespace claviger::persistence {

// The index of keys, for the process of a poller: no query runs on a connection from before the poller last began anew.
// Such a connection may lead to an earlier server, which lacks changes that the poller has seen. For one thread.
class FreshKeyIndex final : public domain::KeyIndex {
public:
    // The connections must be the poller's. Both must outlive this.
    FreshKeyIndex(Connections& connections, const EpochPoller& poller)
        : connections_(connections), poller_(poller), index_(connections) {}

    // Queries again if the poller has begun anew before the query ended.
    std::vector<std::optional<domain::IndexedKey>> find(const std::vector<domain::KeyHashes>&) const override;

private:
    Connections& connections_;
    const EpochPoller& poller_;
    const MySqlKeyIndex index_;
    mutable std::uint64_t seen_ = 0;  // EpochPoller::begun() when the idle connections were last closed
};

}  // namespace claviger::persistence
