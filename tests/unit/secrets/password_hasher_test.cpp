#include "domain/secrets/password_hasher.h"

#include <cppunit/extensions/HelperMacros.h>
#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/little_memory.h"
#include "tests/support/temporary_folder.h"

namespace {

std::atomic<int> nicenessOfHashing{0};  // the last one's; of a thread, on Linux

// The cost of each hashing since the last clear(): memory in bytes and passes. A test reads it once its threads have
// ended.
std::multiset<std::pair<std::size_t, unsigned long long>> hashings;
std::mutex hashingsMutex;

void record(std::size_t memory, unsigned long long passes) {
    const std::lock_guard lock(hashingsMutex);
    hashings.emplace(memory, passes);
}

int niceness() {
    return ::getpriority(PRIO_PROCESS, 0);
}

}  // namespace

// These two stand before libsodium's functions of the same names. They record each call and pass it on.
extern "C" int crypto_pwhash(unsigned char* out, unsigned long long outLength, const char* password,
                             unsigned long long length, const unsigned char* salt, unsigned long long passes,
                             std::size_t memory, int algorithm) {
    using Function = int(unsigned char*, unsigned long long, const char*, unsigned long long, const unsigned char*,
                         unsigned long long, std::size_t, int);
    static auto* const passOn = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "crypto_pwhash"));
    nicenessOfHashing = niceness();
    record(memory, passes);
    return passOn(out, outLength, password, length, salt, passes, memory, algorithm);
}

extern "C" int crypto_pwhash_str_verify(const char* hash, const char* password, unsigned long long length);

extern "C" int crypto_pwhash_str_alg(char* out, const char* password, unsigned long long length,
                                     unsigned long long passes, std::size_t memory, int algorithm) {
    using Function = int(char*, const char*, unsigned long long, unsigned long long, std::size_t, int);
    static auto* const passOn = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "crypto_pwhash_str_alg"));
    nicenessOfHashing = niceness();
    record(memory, passes);
    return passOn(out, password, length, passes, memory, algorithm);
}

namespace claviger::tests {
namespace {

using domain::secrets::HashingQueue;
using domain::secrets::Password;
using domain::secrets::PasswordCost;
using domain::secrets::PasswordHash;
using domain::secrets::PasswordHasher;

constexpr PasswordCost kCheap{8, 1};

// The least CPU time that the work takes in some runs. CPU time does not count other processes.
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
    CPPUNIT_TEST(paysTheSameWhateverIsStored);
    CPPUNIT_TEST(paysForOneHashingWhereAllCostsAreEqual);
    CPPUNIT_TEST(takesAsLongWhateverTheStoredCost);
    CPPUNIT_TEST(renewsTheRightPasswordOfAnotherCost);
    CPPUNIT_TEST(renewsNothingElse);
    CPPUNIT_TEST(paysForAFewCostsAtMost);
    CPPUNIT_TEST(paysAFarDearerCostOnlyForTheAccountThatHasIt);
    CPPUNIT_TEST(matchesNothingAgainstABrokenHash);
    CPPUNIT_TEST(checksWhatLibsodiumWrites);
    CPPUNIT_TEST(saysWantOfMemoryAndNotWrongPassword);
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

    using Work = decltype(hashings);

    // The hashings that the check of a wrong password pays for.
    Work workOf(const PasswordHasher& hasher, const std::optional<PasswordHash>& stored,
                const std::vector<PasswordCost>& inUse) {
        hashings.clear();
        CPPUNIT_ASSERT(!hasher.matches(permit_, Password::attempt("wrong"), stored, inUse));
        return hashings;
    }

    static PasswordHash storedAt(PasswordCost cost) {
        return PasswordHasher(cost).hash(Password::attempt("correct horse battery"));
    }

    // The configured cost is higher or lower than that of the stored forms, or has another shape.
    void paysTheSameWhateverIsStored() {
        constexpr PasswordCost kCosts[] = {{8, 1}, {16, 2}, {10, 3}};
        const std::vector<PasswordCost> inUse(std::begin(kCosts), std::end(kCosts));
        for (const auto& configured : kCosts) {
            const PasswordHasher hasher(configured);
            const auto unknown = workOf(hasher, std::nullopt, inUse);
            CPPUNIT_ASSERT_EQUAL(std::size_t{3}, unknown.size());
            for (const auto& cost : kCosts) CPPUNIT_ASSERT(unknown == workOf(hasher, storedAt(cost), inUse));
            CPPUNIT_ASSERT(unknown == workOf(hasher, PasswordHash::fromStored("broken"), inUse));
        }
    }

    void paysForOneHashingWhereAllCostsAreEqual() {
        CPPUNIT_ASSERT(Work({{8u << 20, 1}}) == workOf(hasher_, std::nullopt, {kCheap}));
        CPPUNIT_ASSERT(Work({{8u << 20, 1}}) == workOf(hasher_, storedAt(kCheap), {kCheap}));
    }

    void takesAsLongWhateverTheStoredCost() {
        constexpr PasswordCost kDear{32, 2};
        const auto wrong = Password::attempt("wrong");
        for (const auto& [configured, other] : {std::pair(kCheap, kDear), std::pair(kDear, kCheap)}) {
            const PasswordHasher hasher(configured);
            const auto timeOf = [&, others = std::vector{other}](const std::optional<PasswordHash>& stored) {
                return leastCpuOf([&] { (void)hasher.matches(permit_, wrong, stored, others); });
            };
            const auto unknown = timeOf(std::nullopt);
            for (const auto& cost : {configured, other}) {
                const auto known = timeOf(storedAt(cost));
                CPPUNIT_ASSERT_MESSAGE("a stored form makes a difference", known > unknown * 0.6);
                CPPUNIT_ASSERT_MESSAGE("a stored form makes a difference", known < unknown * 1.6);
            }
        }
    }

    void renewsTheRightPasswordOfAnotherCost() {
        const auto right = Password::attempt("correct horse battery");
        for (const auto& cost : {PasswordCost{8, 2}, PasswordCost{16, 1}}) {
            const auto match = hasher_.matches(permit_, right, storedAt(cost));
            CPPUNIT_ASSERT(match && match.renewed && match.renewed->cost() == kCheap);
            const auto again = hasher_.matches(permit_, right, match.renewed);
            CPPUNIT_ASSERT(again && !again.renewed);
            CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt("wrong"), match.renewed));
        }
    }

    void renewsNothingElse() {
        const auto wrong = Password::attempt("wrong");
        CPPUNIT_ASSERT(!hasher_.matches(permit_, wrong, storedAt({8, 2})).renewed);
        CPPUNIT_ASSERT(!hasher_.matches(permit_, wrong, std::nullopt).renewed);
        CPPUNIT_ASSERT(!hasher_.matches(permit_, wrong, PasswordHash::fromStored("broken")).renewed);
    }

    // An import may bring in accounts of many costs.
    void paysForAFewCostsAtMost() {
        std::vector<PasswordCost> inUse;
        for (std::size_t memory = 8; memory < 20; ++memory) inUse.push_back({memory, 1});
        const Work dearest{{8u << 20, 1}, {17u << 20, 1}, {18u << 20, 1}, {19u << 20, 1}};
        CPPUNIT_ASSERT(dearest == workOf(hasher_, std::nullopt, inUse));
        CPPUNIT_ASSERT(dearest == workOf(hasher_, storedAt({18, 1}), inUse));
    }

    void paysAFarDearerCostOnlyForTheAccountThatHasIt() {
        const std::vector<PasswordCost> inUse{{129, 1}, {65, 2}, {9, 1}};
        CPPUNIT_ASSERT((Work{{8u << 20, 1}, {9u << 20, 1}}) == workOf(hasher_, std::nullopt, inUse));
        CPPUNIT_ASSERT((Work{{8u << 20, 1}, {9u << 20, 1}, {129u << 20, 1}}) ==
                       workOf(hasher_, storedAt({129, 1}), inUse));
    }

    void checksWhatLibsodiumWrites() {
        const std::string password = "correct horse battery";
        for (int i = 0; i < 20; ++i) {
            const auto stored = hasher_.hash(Password::attempt(password)).stored();
            CPPUNIT_ASSERT_EQUAL(0, crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()));
            CPPUNIT_ASSERT(hasher_.matches(permit_, Password::attempt(password), PasswordHash::fromStored(stored)));
        }
    }

    void saysWantOfMemoryAndNotWrongPassword() {
        constexpr PasswordCost kDear{512, 1};
        const auto stored = storedAt(kDear);
        const auto right = Password::attempt("correct horse battery");
        {
            const LittleMemory little(std::size_t{256} << 20);
            CPPUNIT_ASSERT_THROW((void)hasher_.matches(permit_, right, stored), std::bad_alloc);
            CPPUNIT_ASSERT_THROW((void)PasswordHasher(kDear).matches(permit_, right, std::nullopt), std::bad_alloc);
            CPPUNIT_ASSERT_THROW((void)PasswordHasher(kDear).hash(right), std::bad_alloc);
        }
        CPPUNIT_ASSERT(hasher_.matches(permit_, right, stored));
    }

    void matchesNothingAgainstABrokenHash() {
        for (const auto* broken : {"", "x", "$argon2id$v=19$m=8192,t=1,p=1$", "correct horse battery"})
            CPPUNIT_ASSERT(!hasher_.matches(permit_, Password::attempt(broken), PasswordHash::fromStored(broken)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordHasherTest);

}  // namespace
}  // namespace claviger::tests
