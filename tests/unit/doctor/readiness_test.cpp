#include "domain/doctor/readiness.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "domain/base/error.h"
#include "tests/support/in_memory_stores.h"
#include "tests/support/recorded_faults.h"

namespace claviger::tests {
namespace {

using domain::Readiness;
using Part = Readiness::Part;
using Parts = std::vector<Part>;
using namespace std::chrono_literals;

struct HandProbe final : domain::WriterProbe {
    domain::WriterState look() const override {
        ++looks;
        if (frozen.valid()) frozen.wait();
        if (gone) throw domain::StorageUnavailable("gone");
        return state;
    }

    domain::WriterState state{true, true};
    bool gone = false;
    std::shared_future<void> frozen;  // valid: no look ends before it is set
    mutable std::atomic<int> looks{0};
};

struct HandDirectory final : domain::TenantDirectory {
    domain::SharedTenant findByHost(const domain::HostName&) const override {
        if (broken) throw std::runtime_error("database error 1054");
        return nullptr;
    }
    bool isOpen(const domain::TenantId&) const override { return true; }
    std::vector<domain::HostedTenant> list(std::size_t) const override { return {}; }

    bool broken = false;
};

struct LapsedFence final : domain::Fence {
    void read(domain::ShardCounters& counters) const override { counters = {}; }
    bool holds(std::span<const domain::StampPart>) const override { return false; }
    void bump(const domain::Invalidations&) override {}
    bool isAlone() const override { return false; }
    std::chrono::milliseconds lapsedFor() const override { return lapsed; }
    std::optional<domain::SegmentId> segment() const override { return std::nullopt; }

    std::chrono::milliseconds lapsed{0};
};

class ReadinessTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ReadinessTest);
    CPPUNIT_TEST(isReadyWhereNothingIsMissing);
    CPPUNIT_TEST(namesEachPartThatIsMissing);
    CPPUNIT_TEST(namesAllPartsThatAreMissing);
    CPPUNIT_TEST(aNewPollerHasAMoment);
    CPPUNIT_TEST(seesAtOnceThatSomethingIsMissing);
    CPPUNIT_TEST(looksAtADeadDatabaseTwiceASecondAtMost);
    CPPUNIT_TEST(oneProbeWaitsForAFrozenDatabaseAndNoOther);
    CPPUNIT_TEST(reportsWhatIsMissingAndThatItIsThereAgain);
    CPPUNIT_TEST_SUITE_END();

    HandProbe probe_;
    HandDirectory directory_;
    LapsedFence fence_;
    RecordedFaults faults_;
    std::atomic<std::chrono::milliseconds> now_{1h};
    Readiness readiness_{probe_, directory_, fence_, faults_,
                         [this] { return std::chrono::steady_clock::time_point(now_.load()); }};

    void pass(std::chrono::milliseconds time) { now_ = now_.load() + time; }
    void expect(const Parts& parts) { CPPUNIT_ASSERT(readiness_.verdict().missing == parts); }

    void isReadyWhereNothingIsMissing() { expect({}); }

    void namesEachPartThatIsMissing() {
        probe_.gone = true;
        expect({Part::kDatabase});
        probe_.gone = false;
        pass(1s);
        probe_.state = {false, true};
        expect({Part::kWriter});
        pass(1s);
        probe_.state = {true, false};
        expect({Part::kSchema});
        pass(1s);
        probe_.state = {true, true};
        directory_.broken = true;
        expect({Part::kSchema});
        pass(1s);
        directory_.broken = false;
        fence_.lapsed = 2001ms;
        expect({Part::kFence});
        fence_.lapsed = 0ms;
        expect({});
    }

    void namesAllPartsThatAreMissing() {
        probe_.state = {false, false};
        fence_.lapsed = 1h;
        const auto verdict = readiness_.verdict();
        CPPUNIT_ASSERT(verdict.missing == Parts({Part::kWriter, Part::kSchema, Part::kFence}));
        CPPUNIT_ASSERT_EQUAL(
            std::string("the database is read-only; no tenant is migrated to this release; the poller is behind"),
            verdict.cause);
    }

    void aNewPollerHasAMoment() {
        fence_.lapsed = 2s;
        expect({});
    }

    void seesAtOnceThatSomethingIsMissing() {
        expect({});
        probe_.gone = true;
        expect({Part::kDatabase});
    }

    void looksAtADeadDatabaseTwiceASecondAtMost() {
        probe_.gone = true;
        for (int i = 0; i < 1000; ++i) {
            expect({Part::kDatabase});
            pass(1ms);
        }
        CPPUNIT_ASSERT_EQUAL(2, probe_.looks.load());
    }

    void oneProbeWaitsForAFrozenDatabaseAndNoOther() {
        expect({});
        std::promise<void> thaw;
        probe_.frozen = thaw.get_future().share();
        auto first = std::async(std::launch::async, [this] { return readiness_.verdict().missing; });
        while (probe_.looks < 2) std::this_thread::yield();
        for (int i = 0; i < 100; ++i) expect({});  // the result of shortly before
        pass(1s);
        for (int i = 0; i < 100; ++i) expect({Part::kDatabase});
        CPPUNIT_ASSERT_EQUAL(2, probe_.looks.load());
        thaw.set_value();
        CPPUNIT_ASSERT(first.get().empty());
        expect({});
    }

    void reportsWhatIsMissingAndThatItIsThereAgain() {
        probe_.gone = true;
        expect({Part::kDatabase});
        CPPUNIT_ASSERT_EQUAL(1, faults_.failures.load());
        probe_.gone = false;
        pass(1s);
        expect({});
        CPPUNIT_ASSERT_EQUAL(1, faults_.successes.load());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ReadinessTest);

}  // namespace
}  // namespace claviger::tests
