// The index in the process of a poller: once the poller has begun anew, no query runs on an earlier connection.

#include "persistence/control/fresh_key_index.h"

#include "tests/contract/database/poller_fixture.h"
#include "tests/contract/samples.h"

namespace claviger::tests {
namespace {

class FreshKeyIndexTest : public PollerFixture {
    CPPUNIT_TEST_SUITE(FreshKeyIndexTest);
    CPPUNIT_TEST(keepsItsConnectionWhileThePollerWorks);
    CPPUNIT_TEST(takesAnotherOneOnceThePollerHasBegunAnew);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        PollerFixture::setUp();
        poller_.emplace(connections_, *fence_, domain::PepperFingerprints(), *faults_);
        index_.emplace(connections_, *poller_);
    }

private:
    // The id of the connection that the index used last.
    std::int64_t connectionAfterAQuery() {
        (void)index_->find({{sampleSecret(1).hash}});
        return connections_.borrow()->query("SELECT CONNECTION_ID()")[0].integer(0);
    }

    // Its end comes in its first pause.
    void begin() {
        poller_->run([](std::chrono::milliseconds) { return false; });
    }

    void keepsItsConnectionWhileThePollerWorks() {
        begin();
        const auto connection = connectionAfterAQuery();
        CPPUNIT_ASSERT_EQUAL(connection, connectionAfterAQuery());
    }

    void takesAnotherOneOnceThePollerHasBegunAnew() {
        const auto connection = connectionAfterAQuery();
        const auto before = poller_->begun();
        {
            const auto kept = connections_.borrow();  // so that the poller's own new connection does not close it
            begin();
        }
        CPPUNIT_ASSERT_EQUAL(before + 1, poller_->begun());
        CPPUNIT_ASSERT(connection != connectionAfterAQuery());
    }

    persistence::Connections connections_{testSettings().database, persistence::Account::kWorker};
    std::optional<persistence::EpochPoller> poller_;
    std::optional<persistence::FreshKeyIndex> index_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(FreshKeyIndexTest);

}  // namespace
}  // namespace claviger::tests
