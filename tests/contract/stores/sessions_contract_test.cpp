// The promises of the table of sessions, over the fake and over the database.

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::Timestamp;
using domain::UserStatus;
using namespace std::chrono_literals;

template <class Backend>
class SessionsContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(SessionsContract<Backend>);
    CPPUNIT_TEST(findsALiveSessionWithItsUser);
    CPPUNIT_TEST(findsNothingForAnUnknownHash);
    CPPUNIT_TEST(findsNoEndedSession);
    CPPUNIT_TEST(endingTwiceOrTheUnknownIsNothing);
    CPPUNIT_TEST(endsEverySessionOfOneUser);
    CPPUNIT_TEST(endsMoreSessionsThanItCounts);
    CPPUNIT_TEST(endsTheRestOfTheOlderSessionsInBatches);
    CPPUNIT_TEST(aSessionThatBeginsAfterTheEndOfAllHolds);
    CPPUNIT_TEST(countsOnlyOpenSessionsAsEnded);
    CPPUNIT_TEST(makesRoomForOneMoreSession);
    CPPUNIT_TEST(endsSessionsOfTheFutureFirst);
    CPPUNIT_TEST(makesRoomAmongTheOpenSessionsOfOneUser);
    CPPUNIT_TEST(findsNoSessionThatHasIdledOut);
    CPPUNIT_TEST(findsNoSessionPastItsAbsoluteLimit);
    CPPUNIT_TEST(findsNoSessionOfTheFuture);
    CPPUNIT_TEST(touchingKeepsASessionFromIdlingOut);
    CPPUNIT_TEST(touchingNeverGoesBackwards);
    CPPUNIT_TEST(findsNoSessionOfAUserWhoIsNotApproved);
    CPPUNIT_TEST_SUITE_END();

    const domain::secrets::SessionHash hash_ = sampleDigest<domain::secrets::SessionHash>(1);

    std::optional<domain::ActiveSession> findAt(Timestamp now) {
        return this->look([&](const domain::TenantStore& store) { return store.sessions().findActive(hash_, now); });
    }

    domain::User start() {
        const auto user = this->addUser("owner@x.example");
        this->change([&](domain::TenantStore& store) {
            store.sessions().add(hash_, {user.id, kNoon, kNoon, kNoon + domain::kSessionAbsoluteLimit});
        });
        return user;
    }

    void touch(Timestamp seen) {
        this->change([&](domain::TenantStore& store) { store.sessions().touch(hash_, seen); });
    }

    void end(Timestamp now) {
        this->change([&](domain::TenantStore& store) { store.sessions().end(hash_, now); });
    }

    void findsALiveSessionWithItsUser() {
        const auto user = start();
        const auto live = findAt(kNoon + 1s);
        CPPUNIT_ASSERT(live.has_value());
        CPPUNIT_ASSERT(live->user.id == user.id);
        CPPUNIT_ASSERT(live->user.email == user.email);
        CPPUNIT_ASSERT(live->session.user == user.id);
        CPPUNIT_ASSERT(live->session.createdAt == kNoon);
        CPPUNIT_ASSERT(live->session.lastSeenAt == kNoon);
        CPPUNIT_ASSERT(live->session.expiresAt == kNoon + domain::kSessionAbsoluteLimit);
    }

    void findsNothingForAnUnknownHash() {
        start();
        const auto other = sampleDigest<domain::secrets::SessionHash>(2);
        CPPUNIT_ASSERT(
            !this->look([&](const domain::TenantStore& store) { return store.sessions().findActive(other, kNoon); }));
    }

    void findsNoEndedSession() {
        start();
        end(kNoon + 1s);
        CPPUNIT_ASSERT(!findAt(kNoon + 2s));
        CPPUNIT_ASSERT(!findAt(kNoon));
    }

    void endingTwiceOrTheUnknownIsNothing() {
        end(kNoon);
        start();
        end(kNoon + 1s);
        end(kNoon + 2s);
        touch(kNoon + 3s);
        CPPUNIT_ASSERT(!findAt(kNoon + 4s));
    }

    void endsEverySessionOfOneUser() {
        const auto user = start();
        const auto other = this->addUser("other@x.example");
        const auto second = sampleDigest<domain::secrets::SessionHash>(2),
                   theirs = sampleDigest<domain::secrets::SessionHash>(3);
        this->change([&](domain::TenantStore& store) {
            store.sessions().add(second, {user.id, kNoon, kNoon, kNoon + 1h});
            store.sessions().add(theirs, {other.id, kNoon, kNoon, kNoon + 1h});
        });
        const auto endAll = [&] {
            std::size_t ended = 0;
            this->operate([&](domain::TenantStore& store) { ended = store.sessions().endAllOf(user.id, kNoon + 1s); });
            return ended;
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, endAll());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, endAll());
        const auto isLive = [&](const domain::secrets::SessionHash& hash) {
            return this
                ->look([&](const domain::TenantStore& store) { return store.sessions().findActive(hash, kNoon + 1s); })
                .has_value();
        };
        CPPUNIT_ASSERT(!isLive(hash_) && !isLive(second));
        CPPUNIT_ASSERT(isLive(theirs));
    }

    static domain::secrets::SessionHash hashOf(int number) {
        return sampleDigest<domain::secrets::SessionHash>(number);
    }

    // Sessions `first` to `last`, each seen a second after the one before.
    void startMany(const domain::UserId& user, int first, int last) {
        this->change([&](domain::TenantStore& store) {
            for (int i = first; i <= last; ++i) {
                const auto at = kNoon + std::chrono::seconds(i);
                store.sessions().add(hashOf(i), {user, at, at, at + domain::kSessionAbsoluteLimit});
            }
        });
    }

    std::size_t endAll(const domain::UserId& user, Timestamp now) {
        std::size_t ended = 0;
        this->operate([&](domain::TenantStore& store) { ended = store.sessions().endAllOf(user, now); });
        return ended;
    }

    void makeRoom(const domain::UserId& user, Timestamp now) {
        this->change([&](domain::TenantStore& store) {
            CPPUNIT_ASSERT(store.users().lockApproved(user));
            store.sessions().makeRoom(user, now);
        });
    }

    // Which of sessions 1 to `last` are live.
    std::vector<int> liveAt(Timestamp now, int last) {
        std::vector<int> live;
        for (int i = 1; i <= last; ++i)
            if (this->look(
                    [&](const domain::TenantStore& store) { return store.sessions().findActive(hashOf(i), now); }))
                live.push_back(i);
        return live;
    }

    static std::vector<int> numbers(int first, int last) {
        std::vector<int> all;
        for (int i = first; i <= last; ++i) all.push_back(i);
        return all;
    }

    // A release before this one set no limit on open sessions.
    void endsMoreSessionsThanItCounts() {
        const auto user = this->addUser("owner@x.example");
        startMany(user.id, 1, 60);
        CPPUNIT_ASSERT_EQUAL(domain::kMostOpenSessions, endAll(user.id, kNoon + 2min));
        CPPUNIT_ASSERT(liveAt(kNoon + 2min, 60).empty());
    }

    // It ends no session that began since, and none of another user.
    void endsTheRestOfTheOlderSessionsInBatches() {
        const auto user = this->addUser("owner@x.example"), other = this->addUser("other@x.example");
        startMany(other.id, 71, 72);
        startMany(user.id, 1, 60);
        endAll(user.id, kNoon + 2min);
        startMany(user.id, 61, 62);
        const auto endOlder = [&] {
            std::size_t ended = 0;
            this->operate(
                [&](domain::TenantStore& store) { ended = store.sessions().endOlderOf(user.id, kNoon + 2min, 8); });
            return ended;
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, endOlder());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, endOlder());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, endOlder());
        CPPUNIT_ASSERT(liveAt(kNoon + 2min, 72) == (std::vector<int>{61, 62, 71, 72}));
    }

    void aSessionThatBeginsAfterTheEndOfAllHolds() {
        const auto user = this->addUser("owner@x.example");
        startMany(user.id, 1, 1);
        endAll(user.id, kNoon + 2s);
        startMany(user.id, 2, 2);
        CPPUNIT_ASSERT(liveAt(kNoon + 3s, 2) == numbers(2, 2));
        endAll(user.id, kNoon + 3s);
        CPPUNIT_ASSERT(liveAt(kNoon + 4s, 2).empty());
    }

    void countsOnlyOpenSessionsAsEnded() {
        const auto user = this->addUser("owner@x.example");
        startMany(user.id, 1, 3);
        this->change([&](domain::TenantStore& store) { store.sessions().end(hashOf(1), kNoon + 4s); });
        const auto limitOfTheSecond = kNoon + 2s + domain::kSessionAbsoluteLimit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, endAll(user.id, limitOfTheSecond));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, endAll(user.id, limitOfTheSecond));
    }

    void makesRoomForOneMoreSession() {
        const auto user = this->addUser("owner@x.example");
        startMany(user.id, 1, 49);
        makeRoom(user.id, kNoon + 2min);
        CPPUNIT_ASSERT(liveAt(kNoon + 2min, 49) == numbers(1, 49));
        startMany(user.id, 50, 52);
        makeRoom(user.id, kNoon + 2min);
        CPPUNIT_ASSERT(liveAt(kNoon + 2min, 52) == numbers(4, 52));
    }

    void endsSessionsOfTheFutureFirst() {
        const auto user = this->addUser("owner@x.example");
        startMany(user.id, 1, 25);
        this->change([&](domain::TenantStore& store) {
            for (const auto number : numbers(1, 25)) store.sessions().touch(hashOf(number), kNoon + 24h);
        });
        startMany(user.id, 26, 70);
        makeRoom(user.id, kNoon + 2min);
        CPPUNIT_ASSERT(liveAt(kNoon + 2min, 70) == numbers(26, 70));
    }

    void makesRoomAmongTheOpenSessionsOfOneUser() {
        const auto user = this->addUser("owner@x.example"), other = this->addUser("other@x.example");
        startMany(other.id, 1, 50);
        startMany(user.id, 51, 110);
        endAll(user.id, kNoon + 3min);
        startMany(user.id, 111, 160);
        this->change([&](domain::TenantStore& store) { store.sessions().touch(hashOf(111), kNoon + 5min); });
        makeRoom(user.id, kNoon + 5min);
        auto live = numbers(1, 50);
        live.push_back(111);  // seen last
        for (const auto number : numbers(113, 160)) live.push_back(number);
        CPPUNIT_ASSERT(liveAt(kNoon + 5min, 160) == live);
    }

    void findsNoSessionThatHasIdledOut() {
        start();
        CPPUNIT_ASSERT(findAt(kNoon + domain::kSessionIdleLimit - 1us));
        CPPUNIT_ASSERT(!findAt(kNoon + domain::kSessionIdleLimit));
    }

    void findsNoSessionPastItsAbsoluteLimit() {
        start();
        const auto limit = kNoon + domain::kSessionAbsoluteLimit;
        touch(limit - 1us);
        CPPUNIT_ASSERT(findAt(limit - 1us));
        CPPUNIT_ASSERT(!findAt(limit));
    }

    void findsNoSessionOfTheFuture() {
        start();
        CPPUNIT_ASSERT(findAt(kNoon - domain::kClockTolerance));
        CPPUNIT_ASSERT(!findAt(kNoon - domain::kClockTolerance - 1us));
        touch(kNoon + 1h);
        CPPUNIT_ASSERT(!findAt(kNoon + 1min));
        CPPUNIT_ASSERT(findAt(kNoon + 1h));
    }

    void touchingKeepsASessionFromIdlingOut() {
        start();
        touch(kNoon + 20min);
        CPPUNIT_ASSERT(findAt(kNoon + 40min));
        CPPUNIT_ASSERT(findAt(kNoon + 40min)->session.lastSeenAt == kNoon + 20min);
    }

    void touchingNeverGoesBackwards() {
        start();
        touch(kNoon + 20min);
        touch(kNoon + 10min);
        CPPUNIT_ASSERT(findAt(kNoon + 40min)->session.lastSeenAt == kNoon + 20min);
    }

    void findsNoSessionOfAUserWhoIsNotApproved() {
        const auto user = start();
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            this->operate([&](domain::TenantStore& store) { store.users().setStatus(user.id, status); });
            CPPUNIT_ASSERT(!findAt(kNoon + 1s));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionsContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(SessionsContract<MySqlBackend>);

}  // namespace claviger::tests
