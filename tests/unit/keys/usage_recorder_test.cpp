#include "domain/keys/usage_recorder.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::Timestamp;
using domain::UsageRecorder;
using namespace std::chrono_literals;

class UsageRecorderTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(UsageRecorderTest);
    CPPUNIT_TEST(writesTheLatestOfManyUses);
    CPPUNIT_TEST(neverGoesBackwards);
    CPPUNIT_TEST(writesEachTenantsUsesToThatTenant);
    CPPUNIT_TEST(keepsAndReportsWhatCannotBeWritten);
    CPPUNIT_TEST(writesWithoutBeingAsked);
    CPPUNIT_TEST(writesAtItsEnd);
    CPPUNIT_TEST(losesNothingOfManyThreads);
    CPPUNIT_TEST_SUITE_END();

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    domain::ApiKeyId key_ = makeKey(acme_);
    domain::ApiKeyId other_ = makeKey(globex_);
    Timestamp now_ = world_.clock.now();
    std::atomic<int> reports_{0};
    std::optional<UsageRecorder> recorder_{std::in_place, world_.stores, [this](const std::string&) { ++reports_; }};

    domain::ApiKeyId makeKey(const domain::Tenant& tenant) {
        const auto user = world_.makeUser(tenant, "ann@example.com");
        return world_.apiKeys.create(world_.makeActor(tenant, user), keyName("Zapier")).value().key.id;
    }

    std::optional<Timestamp> lastUse(const domain::Tenant& tenant, const domain::ApiKeyId& key) const {
        return world_.stores.data(tenant).keys.at(key).key.lastUsedAt;
    }

    void writesTheLatestOfManyUses() {
        recorder_->note(acme_, key_, now_ + 2s);
        recorder_->note(acme_, key_, now_ + 3s);
        recorder_->note(acme_, key_, now_ + 1s);
        recorder_->flush();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 3s);
    }

    void neverGoesBackwards() {
        recorder_->note(acme_, key_, now_ + 3s);
        recorder_->flush();
        recorder_->note(acme_, key_, now_ + 1s);
        recorder_->flush();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 3s);
    }

    void writesEachTenantsUsesToThatTenant() {
        recorder_->note(acme_, key_, now_ + 1s);
        recorder_->note(globex_, other_, now_ + 2s);
        recorder_->flush();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 1s);
        CPPUNIT_ASSERT(lastUse(globex_, other_) == now_ + 2s);
    }

    void keepsAndReportsWhatCannotBeWritten() {
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        recorder_->note(acme_, key_, now_ + 1s);
        recorder_->flush();
        CPPUNIT_ASSERT(reports_ >= 1);
        world_.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT(!lastUse(acme_, key_));
        recorder_->flush();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 1s);
    }

    void writesWithoutBeingAsked() {
        recorder_->note(acme_, key_, now_ + 1s);
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!lastUse(acme_, key_) && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 1s);
    }

    void writesAtItsEnd() {
        recorder_->note(acme_, key_, now_ + 1s);
        recorder_.reset();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + 1s);
    }

    void losesNothingOfManyThreads() {
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < 8; ++thread)
                threads.emplace_back([&, thread] {
                    for (int i = 0; i < 500; ++i) {
                        recorder_->note(acme_, key_, now_ + std::chrono::microseconds{thread * 500 + i});
                        if (i % 100 == 0) recorder_->flush();
                    }
                });
        }
        recorder_->flush();
        CPPUNIT_ASSERT(lastUse(acme_, key_) == now_ + std::chrono::microseconds{3999});
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UsageRecorderTest);

}  // namespace
}  // namespace claviger::tests
