#pragma once

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "persistence/fence/shared_fence.h"
#include "tests/support/recorded_faults.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

constexpr domain::Shard kShard{77}, kOther{78};

inline domain::CacheStamp stampFor(const persistence::SharedFence& fence, domain::Shard shard) {
    domain::ShardCounters counters;
    fence.read(counters);
    return {counters, {shard}};
}

// A segment that two processes have mapped, and no row in `nodes`.
class PollerFixture : public CppUnit::TestFixture {
public:
    void setUp() override {
        tenant_.emplace(database().makeTenant());
        const int fd = persistence::Segment::make(0);
        fence_.reset(), otherFence_.reset();
        segment_.emplace(fd), other_.emplace(fd);
        fence_.emplace(*segment_), otherFence_.emplace(*other_);
        faults_.emplace();
        ::close(fd);
        database().execute(*tenant_, "DELETE FROM claviger.nodes");
    }
    void tearDown() override {
        database().execute(*tenant_, "DELETE FROM claviger.nodes");
        database().execute(*tenant_, "DELETE FROM claviger.peppers WHERE version IN (7, 8)");
    }

protected:
    static TestDatabase& database() { return TestDatabase::instance(); }

    void bump(domain::Shard shard, int by) {
        database().execute(*tenant_, "UPDATE claviger.revocation_epochs SET epoch = epoch + " + std::to_string(by) +
                                         " WHERE slot = " + std::to_string(indexOf(shard)));
    }
    std::int64_t nodes(const std::string& condition = "TRUE") {
        const auto rows = database().query(*tenant_, "SELECT COUNT(*) FROM claviger.nodes WHERE " + condition);
        return std::stoll(rows.at(0).at(0).value());
    }

    // Adds this host's row, as a poller of an earlier release does.
    void addRow() {
        const auto own = fence_->segment().value();
        std::string id;
        for (const auto octet : own.octets()) {
            constexpr auto kDigits = "0123456789abcdef";
            id += {kDigits[octet >> 4U], kDigits[octet & 15U]};
        }
        database().execute(*tenant_,
                           "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES (UNHEX('" + id +
                               "'), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
    }

    std::optional<domain::Tenant> tenant_;
    std::optional<persistence::Segment> segment_, other_;  // of one descriptor
    std::optional<persistence::SharedFence> fence_, otherFence_;
    std::optional<RecordedFaults> faults_;
};

}  // namespace claviger::tests
