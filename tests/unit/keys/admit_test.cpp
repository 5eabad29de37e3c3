#include "domain/keys/admit.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::KeyPolicy;
using domain::Timestamp;
using Switch = domain::KeyPolicy::Switch;
using namespace std::chrono_literals;

constexpr auto kNow = ManualClock::kStart;

// One decision: the policy, and the refusal of a request that is made at kNow.
struct Decision {
    const char* what;
    KeyPolicy policy;
    std::optional<ErrorCode> refusal;
};

const Decision kDecisions[] = {
    {"no policy", KeyPolicy(), {}},
    {"never expires", KeyPolicy(std::nullopt), {}},
    {"expires in a hundred years", KeyPolicy(kNow + 24h * 36'500), {}},
    {"expires a microsecond later", KeyPolicy(kNow + 1us), {}},
    {"expires now", KeyPolicy(kNow), ErrorCode::kKeyExpired},
    {"expired a microsecond before", KeyPolicy(kNow - 1us), ErrorCode::kKeyExpired},
    {"expired in 1970", KeyPolicy(Timestamp{}), ErrorCode::kKeyExpired},
    {"expired before 1970", KeyPolicy(Timestamp{-1us}), ErrorCode::kKeyExpired},
    {"disabled", KeyPolicy({}, Switch::kDisabled), ErrorCode::kKeyDisabled},
    {"disabled, expires later", KeyPolicy(kNow + 1us, Switch::kDisabled), ErrorCode::kKeyDisabled},
    {"disabled, expires now", KeyPolicy(kNow, Switch::kDisabled), ErrorCode::kKeyExpired},
    {"disabled, expired", KeyPolicy(kNow - 1us, Switch::kDisabled), ErrorCode::kKeyExpired},
    {"disabled, expired before 1970", KeyPolicy(Timestamp{-1us}, Switch::kDisabled), ErrorCode::kKeyExpired},
    {"enabled, expires later", KeyPolicy(kNow + 1us, Switch::kEnabled), {}},
};

class AdmitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AdmitTest);
    CPPUNIT_TEST(decidesByThePolicyAndTheTime);
    CPPUNIT_TEST(decidesTheSameForEveryClient);
    CPPUNIT_TEST_SUITE_END();

    static std::optional<ErrorCode> refusal(const KeyPolicy& policy, const domain::ClientInfo& client) {
        const auto decided = domain::admit(policy, {client}, kNow);
        return decided.ok() ? std::nullopt : std::optional(decided.error().code);
    }

    void decidesByThePolicyAndTheTime() {
        for (const auto& [what, policy, expected] : kDecisions)
            CPPUNIT_ASSERT_MESSAGE(what, refusal(policy, {}) == expected);
    }

    void decidesTheSameForEveryClient() {
        for (const auto& [what, policy, expected] : kDecisions)
            CPPUNIT_ASSERT_MESSAGE(what, refusal(policy, {"203.0.113.7", "Zapier"}) == expected);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdmitTest);

}  // namespace
}  // namespace claviger::tests
