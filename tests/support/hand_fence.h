#pragma once

#include "domain/fence/fence.h"

namespace claviger::tests {

// A fence that the test controls.
class HandFence final : public domain::Fence {
public:
    void read(domain::ShardCounters& counters) const override { counters = now; }
    bool holds(std::span<const domain::StampPart> stamp) const override {
        for (const auto& [shard, counter] : stamp)
            if (now[indexOf(shard)] != counter) return false;
        return fresh;
    }
    void bump(const domain::Invalidations& changes) override {
        for (const auto shard : changes) ++now[indexOf(shard)];
    }
    bool isAlone() const override { return false; }
    std::chrono::milliseconds lapsedFor() const override { return std::chrono::milliseconds{0}; }
    std::optional<domain::SegmentId> segment() const override { return std::nullopt; }

    domain::ShardCounters now{};
    bool fresh = true;
};

}  // namespace claviger::tests
