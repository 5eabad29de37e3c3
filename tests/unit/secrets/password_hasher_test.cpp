#include "domain/secrets/password_hasher.h"

#include <cppunit/extensions/HelperMacros.h>
#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "tests/support/temporary_folder.h"

namespace {

std::atomic<int> nicenessOfHashing{0};  // the last one's; of a thread, on Linux

int niceness() {
    return ::getpriority(PRIO_PROCESS, 0);
}

}  // namespace

// Stands before libsodium's function of the name and passes everything on.
extern "C" int crypto_pwhash_str_verify(const char* hash, const char* password, unsigned long long length) {
    using Function = int(const char*, const char*, unsigned long long);
    static auto* const passOn = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "crypto_pwhash_str_verify"));
    nicenessOfHashing = niceness();
    return passOn(hash, password, length);
}

namespace claviger::tests {
namespace {

using domain::secrets::HashingQueue;
using domain::secrets::Password;
using domain::secrets::PasswordCost;
using domain::secrets::PasswordHash;
using domain::secrets::PasswordHasher;

constexpr PasswordCost kCheap{8, 1};

// The least CPU time that the work takes in some runs: whatever else the machine does is not in it.
double leastCpuOf(const std::function<void()>& work) {
    auto least = std::clock();
    for (int i = 0; i < 7; ++i) {
        const auto began = std::clock();
        work();
        least = i == 0 ? std::clock() - began : std::min(least, std::clock() - began);
    }
    return static_cast<double>(least) / CLOCKS_PER_SEC;
}

class PasswordHasherTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PasswordHasherTest);
    CPPUNIT_TEST(matchesThePasswordAndNoOther);
    CPPUNIT_TEST(hashesTheSamePasswordDifferentlyEachTime);
    CPPUNIT_TEST(writesArgon2idWithTheCostItWasGiven);
    CPPUNIT_TEST(hasTheCostOfOwaspsFirstChoiceByDefault);
    CPPUNIT_TEST(matchesHashesOfAnotherCost);
    CPPUNIT_TEST(matchesNothingForAnUnknownAccount);
    CPPUNIT_TEST(takesAsLongForAnUnknownAccountAsForAWrongPassword);
    CPPUNIT_TEST(matchesNothingAgainstABrokenHash);
    CPPUNIT_TEST(givesWayWhileItHashesAndNotAfterwards);
    CPPUNIT_TEST(givesWayToAServiceThatGivesWayToOthers);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;
    HashingQueue queue_{folder_.path()};
    HashingQueue::Permit permit_ = std::move(*queue_.enter({})).permit().value();
    PasswordHasher hasher_{kCheap};

    void matchesThePasswordAndNoOther() {
        const auto stored = hasher_.hash(Password::attempt("correct horse battery"));
        CPPUNIT_ASSERT(hasher_.matches(permit_, Password::attempt("correct horse battery"), stored));
        for (const auto* wrong : {"", "correct horse batter", "correct horse battery ", "Correct horse battery"})
            CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt(wrong), stored));
    }

    void hashesTheSamePasswordDifferentlyEachTime() {
        const auto password = Password::attempt("correct horse battery");
        CPPUNIT_ASSERT(hasher_.hash(password).stored() != hasher_.hash(password).stored());
    }

    void writesArgon2idWithTheCostItWasGiven() {
        const auto stored = hasher_.hash(Password::attempt("correct horse battery")).stored();
        CPPUNIT_ASSERT(stored.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"));
        CPPUNIT_ASSERT(stored.find("correct") == std::string::npos);
        CPPUNIT_ASSERT(stored.find('\0') == std::string::npos);
    }

    void givesWayWhileItHashesAndNotAfterwards() {
        const int before = niceness();
        CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt("correct horse battery"), std::nullopt));
        CPPUNIT_ASSERT(nicenessOfHashing > before);
        CPPUNIT_ASSERT_EQUAL(before, niceness());
    }

    void givesWayToAServiceThatGivesWayToOthers() {
        std::async(std::launch::async, [this] {
            ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 7);
            givesWayWhileItHashesAndNotAfterwards();
        }).get();
    }

    void hasTheCostOfOwaspsFirstChoiceByDefault() {
        const auto stored = PasswordHasher(PasswordCost{}).hash(Password::attempt("correct horse battery")).stored();
        CPPUNIT_ASSERT(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    void matchesHashesOfAnotherCost() {
        const auto stored = PasswordHasher({9, 2}).hash(Password::attempt("correct horse battery"));
        CPPUNIT_ASSERT(hasher_.matches(permit_, Password::attempt("correct horse battery"), stored));
    }

    void matchesNothingForAnUnknownAccount() {
        CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt("correct horse battery"), std::nullopt));
        CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt(""), std::nullopt));
    }

    void takesAsLongForAnUnknownAccountAsForAWrongPassword() {
        const auto stored = hasher_.hash(Password::attempt("correct horse battery"));
        const auto wrong = Password::attempt("wrong");
        const auto known = leastCpuOf([&] { (void)hasher_.matches(permit_, wrong, stored); });
        const auto unknown = leastCpuOf([&] { (void)hasher_.matches(permit_, wrong, std::nullopt); });
        CPPUNIT_ASSERT(unknown > known * 0.6);
        CPPUNIT_ASSERT(unknown < known * 1.6);
    }

    void matchesNothingAgainstABrokenHash() {
        for (const auto* broken : {"", "x", "$argon2id$v=19$m=8192,t=1,p=1$", "correct horse battery"})
            CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt(broken), PasswordHash::fromStored(broken)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordHasherTest);

}  // namespace
}  // namespace claviger::tests
