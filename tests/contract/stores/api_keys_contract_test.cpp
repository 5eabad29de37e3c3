// The promises of the table of API keys, over the fake and over the database.

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::ApiKey;
using domain::ErrorCode;
using domain::Timestamp;
using namespace std::chrono_literals;

template <class Backend>
class ApiKeysContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(ApiKeysContract<Backend>);
    CPPUNIT_TEST(listsTheUsersLiveKeysNewestFirst);
    CPPUNIT_TEST(listsKeysOfOneMomentById);
    CPPUNIT_TEST(listsTheLiveKeysOfAllByTheirUsers);
    CPPUNIT_TEST(countsTheUsersLiveKeys);
    CPPUNIT_TEST(givesNoKeysToAUserWhoIsNotApproved);
    CPPUNIT_TEST(locksALivingKeyWithItsUser);
    CPPUNIT_TEST(keepsWhenEachUsersBudgetOfChangesIsWhole);
    CPPUNIT_TEST(forgetsTheBudgetOfWhatWasNotCommitted);
    CPPUNIT_TEST(findsALiveKeyByItsHashWithItsUser);
    CPPUNIT_TEST(findsNoDeadKeyAndNoUnknownHash);
    CPPUNIT_TEST(findsNoKeyOfAUserWhoIsNotApproved);
    CPPUNIT_TEST(refusesATakenNameAndChangesNothing);
    CPPUNIT_TEST(aDeadKeyNeverBlocksAName);
    CPPUNIT_TEST(usersDoNotShareNames);
    CPPUNIT_TEST(namesAreTakenByteForByte);
    CPPUNIT_TEST(aFormsOneTimeValueWorksOnce);
    CPPUNIT_TEST(endsAKeyAndTellsWhatTheNextOneTakesOver);
    CPPUNIT_TEST(endsNoForeignDeadOrUnknownKey);
    CPPUNIT_TEST(findsAKeyByItsIdDeadOrAlive);
    CPPUNIT_TEST(recordsUsesThatNeverGoBackwards);
    CPPUNIT_TEST(countsUsesAndRemembersWhoMadeTheLast);
    CPPUNIT_TEST(recordsManyUsesAtOnce);
    CPPUNIT_TEST(findsAKeyByEitherOfTwoHashes);
    CPPUNIT_TEST(listsTheKeysOfSeveralUsersEachTheirOwn);
    CPPUNIT_TEST(addsTheNextKeyUnderANameThatIsFreed);
    CPPUNIT_TEST(findsSeveralKeysAtOnceInTheirOrder);
    CPPUNIT_TEST(findsAKeyDeadOnlyOnceItIsRevoked);
    CPPUNIT_TEST(findsTheActiveOneWhereTheOtherHashIsOfADeadKey);
    CPPUNIT_TEST(movesALivingKeyToALaterPepperAlone);
    CPPUNIT_TEST(movesNoDeadKey);
    CPPUNIT_TEST(keepsNamesByteForByte);
    CPPUNIT_TEST(keepsWhenAKeyExpires);
    CPPUNIT_TEST(disablesAndEnablesAKeyAndNoOther);
    CPPUNIT_TEST_SUITE_END();

    int secrets_ = 0;

    domain::Result<void> tryAdd(const ApiKey& key, const domain::KeySecret& secret) {
        return this->attempt([&](domain::TenantStore& store) -> domain::Result<void> {
            store.apiKeys().add(key, secret);
            return {};
        });
    }

    ApiKey add(const domain::UserId& user, const std::string& name, Timestamp at = kNoon) {
        const auto key = sampleKey(user, name, at);
        CPPUNIT_ASSERT(tryAdd(key, sampleSecret(++secrets_)).ok());
        return key;
    }

    std::vector<ApiKey> list(const domain::UserId& user) {
        return this->look([&](const domain::TenantStore& store) {
            return store.apiKeys().listActive(std::vector{user}).front().value().keys;
        });
    }

    // Looks up by the hash, and in the list of the user that it leads to. The two agree on which key is active.
    std::optional<domain::KeyOwner> find(int secret) {
        return this->look([&](const domain::TenantStore& store) -> std::optional<domain::KeyOwner> {
            const auto active = store.apiKeys().findByHash({{sampleSecret(secret).hash}}).front().active;
            if (!active) return std::nullopt;
            const auto list = store.apiKeys().listActive({active->key.user}).front().value();
            CPPUNIT_ASSERT(list.user.id == active->key.user && list.user.status == domain::UserStatus::kApproved);
            for (const auto& key : list.keys)
                if (key.id == active->key.id) return domain::KeyOwner{key, list.user};
            CPPUNIT_FAIL("the list lacks an active key");
        });
    }

    std::optional<domain::LockedKey::Active> end(const domain::UserId& user, const domain::ApiKeyId& key) {
        std::optional<domain::LockedKey::Active> ended;
        this->change([&](domain::TenantStore& store) {
            ended = store.apiKeys().lock(user, key).active;
            if (ended) store.apiKeys().end(key, *ended, kNoon + 1h);
        });
        return ended;
    }

    std::optional<std::size_t> count(const domain::UserId& user) {
        std::optional<domain::LockedUser> found;
        this->change([&](domain::TenantStore& store) { found = store.apiKeys().lockUser(user); });
        return found ? std::optional(found->activeKeys) : std::nullopt;
    }

    // Reads it under the lock of the user and under that of a key. The two agree.
    std::optional<Timestamp> changesWholeAt(const domain::UserId& user, const domain::ApiKeyId& key) {
        std::optional<domain::LockedUser> found;
        this->change([&](domain::TenantStore& store) { found = store.apiKeys().lockUser(user); });
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT(found->changesWholeAt == lock(user, key).changesWholeAt);
        return found->changesWholeAt;
    }

    domain::LockedKey lock(const domain::UserId& user, const domain::ApiKeyId& key) {
        domain::LockedKey locked{};
        this->change([&](domain::TenantStore& store) { locked = store.apiKeys().lock(user, key); });
        return locked;
    }

    void use(const std::vector<domain::ApiKeys::Use>& uses) {
        this->change([&](domain::TenantStore& store) { store.apiKeys().recordUses(uses); });
    }

    void listsTheUsersLiveKeysNewestFirst() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        const auto second = add(user, "second", kNoon + 1us);
        const auto first = add(user, "first", kNoon);
        const auto third = add(user, "third", kNoon + 1s);
        const auto dead = add(user, "dead", kNoon + 2s);
        add(other, "foreign", kNoon + 3s);
        end(user, dead.id);

        const auto keys = list(user);

        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, keys.size());
        CPPUNIT_ASSERT(keys[0].id == third.id);
        CPPUNIT_ASSERT(keys[1].id == second.id);
        CPPUNIT_ASSERT(keys[2].id == first.id);
        CPPUNIT_ASSERT(keys[2].createdAt == kNoon);
        CPPUNIT_ASSERT_EQUAL(std::string("pk_live_abc1****"), keys[2].maskedKey());
        CPPUNIT_ASSERT(!keys[2].lastUsedAt);
    }

    void listsKeysOfOneMomentById() {
        const auto user = this->addUser("owner@x.example").id;
        for (int i = 0; i < 5; ++i) add(user, "key " + std::to_string(i));
        const auto keys = list(user);
        for (std::size_t i = 1; i < keys.size(); ++i) CPPUNIT_ASSERT(keys[i - 1].id > keys[i].id);
    }

    void listsTheLiveKeysOfAllByTheirUsers() {
        const auto late = this->addUser("z@x.example", domain::UserStatus::kSuspended);
        const auto early = this->addUser("a@x.example");
        this->addUser("m@x.example");
        const auto lates = add(late.id, "first");
        const auto older = add(early.id, "older");
        const auto newer = add(early.id, "newer", kNoon + 1s);
        end(early.id, add(early.id, "dead").id);

        const auto all = this->look([](const domain::TenantStore& store) { return store.apiKeys().listAllActive(); });

        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, all.size());
        CPPUNIT_ASSERT(all[0].key.id == newer.id && all[0].user.email == early.email);
        CPPUNIT_ASSERT(all[1].key.id == older.id && all[1].user.id == early.id);
        CPPUNIT_ASSERT(all[2].key.id == lates.id && all[2].user.status == domain::UserStatus::kSuspended);
    }

    void countsTheUsersLiveKeys() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, count(user).value());
        const auto key = add(user, "a");
        add(user, "b");
        end(user, key.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(user).value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, count(other).value());
    }

    void givesNoKeysToAUserWhoIsNotApproved() {
        CPPUNIT_ASSERT(!count(this->addUser("pending@x.example", domain::UserStatus::kPending).id));
        CPPUNIT_ASSERT(!count(this->addUser("suspended@x.example", domain::UserStatus::kSuspended).id));
        CPPUNIT_ASSERT(!count(domain::UserId::make(kNoon)));
    }

    void locksALivingKeyWithItsUser() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example", domain::UserStatus::kSuspended).id;
        const auto key = add(user, "Zapier");
        const auto others = add(other, "Zapier");
        CPPUNIT_ASSERT(lock(user, key.id).userIsApproved && lock(user, key.id).active->name == key.name);
        CPPUNIT_ASSERT(lock(user, others.id).userIsApproved && !lock(user, others.id).active);
        CPPUNIT_ASSERT(!lock(other, others.id).userIsApproved &&
                       lock(other, others.id).active->lineage == others.lineage);
        end(user, key.id);
        CPPUNIT_ASSERT(lock(user, key.id).userIsApproved && !lock(user, key.id).active);
        CPPUNIT_ASSERT(!lock(domain::UserId::make(kNoon), key.id).userIsApproved);
    }

    void keepsWhenEachUsersBudgetOfChangesIsWhole() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        const auto key = add(user, "Scripts").id;
        CPPUNIT_ASSERT(!changesWholeAt(user, key));
        for (const auto wholeAt : {kNoon + 1h, kNoon + 2h, kNoon}) {
            this->change([&](domain::TenantStore& store) { store.apiKeys().setChangesWholeAt(user, wholeAt); });
            CPPUNIT_ASSERT(changesWholeAt(user, key) == wholeAt);
            CPPUNIT_ASSERT(lock(user, domain::ApiKeyId::make(kNoon)).changesWholeAt == wholeAt);
            CPPUNIT_ASSERT(!changesWholeAt(other, key));
        }
    }

    void forgetsTheBudgetOfWhatWasNotCommitted() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Scripts").id;
        const auto refused = this->attempt([&](domain::TenantStore& store) -> domain::Result<void> {
            store.apiKeys().setChangesWholeAt(user, kNoon);
            return ErrorCode::kNameTaken;
        });
        CPPUNIT_ASSERT(!refused.ok());
        CPPUNIT_ASSERT(!changesWholeAt(user, key));
    }

    void findsALiveKeyByItsHashWithItsUser() {
        const auto user = this->addUser("owner@x.example");
        const auto key = add(user.id, "Scripts");
        const auto owner = find(1);
        CPPUNIT_ASSERT(owner.has_value());
        CPPUNIT_ASSERT(owner->key.id == key.id);
        CPPUNIT_ASSERT(owner->key.name == key.name);
        CPPUNIT_ASSERT(owner->key.lineage == key.lineage);
        CPPUNIT_ASSERT_EQUAL(1, owner->key.generation);
        CPPUNIT_ASSERT(owner->user.id == user.id);
        CPPUNIT_ASSERT(owner->user.email == user.email);
    }

    void findsNoDeadKeyAndNoUnknownHash() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Scripts");
        CPPUNIT_ASSERT(!find(2));
        end(user, key.id);
        CPPUNIT_ASSERT(!find(1));
    }

    void findsNoKeyOfAUserWhoIsNotApproved() {
        const auto user = this->addUser("owner@x.example").id;
        add(user, "Scripts");
        for (const auto status : {domain::UserStatus::kPending, domain::UserStatus::kSuspended}) {
            this->operate([&](domain::TenantStore& store) { store.users().setStatus(user, status); });
            CPPUNIT_ASSERT(!find(1));
        }
        this->operate(
            [&](domain::TenantStore& store) { store.users().setStatus(user, domain::UserStatus::kApproved); });
        CPPUNIT_ASSERT(find(1));
    }

    void refusesATakenNameAndChangesNothing() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Scripts");

        const auto added = tryAdd(sampleKey(user, "Scripts"), sampleSecret(2));

        CPPUNIT_ASSERT(!added.ok());
        CPPUNIT_ASSERT(added.error().code == ErrorCode::kNameTaken);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, list(user).size());
        CPPUNIT_ASSERT(list(user)[0].id == key.id);
        CPPUNIT_ASSERT(!find(2));
    }

    void aDeadKeyNeverBlocksAName() {
        const auto user = this->addUser("owner@x.example").id;
        for (int round = 0; round < 3; ++round) end(user, add(user, "Scripts").id);
        add(user, "Scripts");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, list(user).size());
    }

    void usersDoNotShareNames() {
        add(this->addUser("owner@x.example").id, "Scripts");
        add(this->addUser("other@x.example").id, "Scripts");
    }

    void namesAreTakenByteForByte() {
        const auto user = this->addUser("owner@x.example").id;
        for (const auto* name : {"key", "Key", "KEY", "k\xC3\xA9y", "ke\xCC\x81y",
                                 "Stra\xC3\x9F"
                                 "e",
                                 "Strasse", "key\xE2\x80\x8B"})
            add(user, name);
        CPPUNIT_ASSERT_EQUAL(std::size_t{8}, list(user).size());
    }

    void aFormsOneTimeValueWorksOnce() {
        const auto user = this->addUser("owner@x.example").id;
        const auto once = sampleDigest<domain::secrets::OnceHash>(7);
        const auto wasUsed = [&] {
            return this->look([&](const domain::TenantStore& store) { return store.apiKeys().isUsed(once); });
        };
        auto secret = sampleSecret(1);
        secret.once = once;
        const auto madeWithIt = [&] {
            return this->look([&](const domain::TenantStore& store) { return store.apiKeys().findActiveByOnce(once); });
        };
        CPPUNIT_ASSERT(!wasUsed());
        CPPUNIT_ASSERT(!madeWithIt());
        const auto key = sampleKey(user, "first");
        CPPUNIT_ASSERT(tryAdd(key, secret).ok());
        CPPUNIT_ASSERT(wasUsed());
        CPPUNIT_ASSERT(madeWithIt()->id == key.id);

        secret.hash = sampleSecret(2).hash;
        const auto again = tryAdd(sampleKey(user, "second"), secret);
        CPPUNIT_ASSERT(!again.ok());
        CPPUNIT_ASSERT(again.error().code == ErrorCode::kAlreadyShown);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, list(user).size());

        end(user, key.id);
        CPPUNIT_ASSERT(wasUsed());  // for ever
        CPPUNIT_ASSERT(!madeWithIt());
    }

    void endsAKeyAndTellsWhatTheNextOneTakesOver() {
        const auto user = this->addUser("owner@x.example").id;
        auto key = sampleKey(user, "Scripts");
        key.generation = 7;
        CPPUNIT_ASSERT(tryAdd(key, sampleSecret(1)).ok());

        const auto ended = end(user, key.id);

        CPPUNIT_ASSERT(ended.has_value());
        CPPUNIT_ASSERT(ended->name == key.name);
        CPPUNIT_ASSERT(ended->lineage == key.lineage);
        CPPUNIT_ASSERT_EQUAL(7, ended->generation);
        CPPUNIT_ASSERT(ended->hash == sampleSecret(1).hash);
        CPPUNIT_ASSERT(list(user).empty());
    }

    void endsNoForeignDeadOrUnknownKey() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        const auto key = add(user, "Scripts");
        CPPUNIT_ASSERT(!end(other, key.id));
        CPPUNIT_ASSERT(!end(user, domain::ApiKeyId::make(kNoon)));
        CPPUNIT_ASSERT(find(1));
        CPPUNIT_ASSERT(end(user, key.id));
        CPPUNIT_ASSERT(!end(user, key.id));
    }

    void findsAKeyByItsIdDeadOrAlive() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Zapier");
        const auto stored = [&](const domain::ApiKeyId& id) {
            return this->look([&](const domain::TenantStore& store) { return store.apiKeys().find(id); });
        };
        CPPUNIT_ASSERT(stored(key.id)->key.user == user && stored(key.id)->key.name == key.name);
        CPPUNIT_ASSERT(!stored(key.id)->deletedAt);
        end(user, key.id);
        CPPUNIT_ASSERT(stored(key.id)->deletedAt == kNoon + 1h);
        CPPUNIT_ASSERT(!stored(domain::ApiKeyId::make(kNoon)));
    }

    void recordsUsesThatNeverGoBackwards() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Scripts");
        const auto untouched = add(user, "Other");
        use({});
        use({{key.id, kNoon + 5us}, {domain::ApiKeyId::make(kNoon), kNoon}});
        use({{key.id, kNoon}});
        CPPUNIT_ASSERT(find(1)->key.lastUsedAt == kNoon + 5us);
        use({{key.id, kNoon + 1h}});
        CPPUNIT_ASSERT(find(1)->key.lastUsedAt == kNoon + 1h);
        CPPUNIT_ASSERT(!find(2)->key.lastUsedAt);
        use({{key.id, kNoon + 3h}, {key.id, kNoon + 4h}, {key.id, kNoon + 2h}});
        CPPUNIT_ASSERT(find(1)->key.lastUsedAt == kNoon + 4h);
    }

    void countsUsesAndRemembersWhoMadeTheLast() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "a");
        add(user, "b");
        const domain::ClientInfo zapier{"203.0.113.9", "Zapier"};
        const domain::ClientInfo curl{"2001:db8::1", "curl/7.88.1 '\"\\;"};
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, find(1)->key.uses);
        CPPUNIT_ASSERT(find(1)->key.lastCaller == domain::ClientInfo());

        use({{key.id, kNoon + 2h, curl, 3}, {key.id, kNoon + 1h, zapier, 4}});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{7}, find(1)->key.uses);
        CPPUNIT_ASSERT(find(1)->key.lastCaller == curl);

        use({{key.id, kNoon + 1h, zapier, 5}});  // of a worker that is late
        CPPUNIT_ASSERT_EQUAL(std::int64_t{12}, find(1)->key.uses);
        CPPUNIT_ASSERT(find(1)->key.lastCaller == curl);
        CPPUNIT_ASSERT(find(1)->key.lastUsedAt == kNoon + 2h);

        use({{key.id, kNoon + 3h, zapier}});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{13}, find(1)->key.uses);
        CPPUNIT_ASSERT(find(1)->key.lastCaller == zapier);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, find(2)->key.uses);
    }

    void recordsManyUsesAtOnce() {
        const auto user = this->addUser("owner@x.example").id;
        std::vector<domain::ApiKeys::Use> uses;
        this->change([&](domain::TenantStore& store) {
            for (int i = 0; i < 300; ++i) {
                const auto key = sampleKey(user, "key " + std::to_string(i));
                store.apiKeys().add(key, sampleSecret(i));
                uses.push_back({key.id, kNoon + std::chrono::seconds(i)});
            }
        });
        for (int i = 0; i < 2000; ++i) uses.push_back({domain::ApiKeyId::make(kNoon), kNoon});  // of no key
        use(uses);
        CPPUNIT_ASSERT(find(0)->key.lastUsedAt == kNoon);
        CPPUNIT_ASSERT(find(299)->key.lastUsedAt == kNoon + 299s);
    }

    domain::KeyByHash findByPair(int hash, int other) {
        return this->look([&](const domain::TenantStore& store) {
            return store.apiKeys().findByHash({{sampleSecret(hash).hash, sampleSecret(other).hash}}).front();
        });
    }

    void move(const domain::ApiKeyId& key, int hash, int version) {
        use({{key, kNoon, {}, 1, domain::ApiKeys::NewHash{sampleSecret(hash).hash, version}}});
    }

    void findsAKeyByEitherOfTwoHashes() {
        const auto key = add(this->addUser("owner@x.example").id, "a");
        for (const auto& [hash, other] : {std::pair(1, 77), std::pair(77, 1)}) {
            const auto [found, dead] = findByPair(hash, other);
            CPPUNIT_ASSERT(found && found->key.id == key.id && found->key.user == key.user);
            CPPUNIT_ASSERT_EQUAL(sampleSecret(1).pepperVersion, found->pepperVersion);
            CPPUNIT_ASSERT(!dead);
        }
        const auto [found, dead] = findByPair(77, 78);
        CPPUNIT_ASSERT(!found && !dead);
    }

    void listsTheKeysOfSeveralUsersEachTheirOwn() {
        const auto ann = this->addUser("ann@x.example").id;
        const auto bob = this->addUser("bob@x.example").id;
        const auto none = this->addUser("none@x.example").id;
        const auto older = add(ann, "a", kNoon), newer = add(ann, "b", kNoon + 1s), bobs = add(bob, "a", kNoon);
        const auto lists = this->look([&](const domain::TenantStore& store) {
            return store.apiKeys().listActive(std::vector{bob, none, ann, bob, domain::UserId::make(kNoon)});
        });
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, lists.size());
        CPPUNIT_ASSERT(lists[0]->keys.size() == 1 && lists[0]->keys[0].id == bobs.id && lists[3]->keys.size() == 1);
        CPPUNIT_ASSERT(lists[1]->keys.empty() && !lists[4]);
        CPPUNIT_ASSERT(lists[2]->keys.size() == 2 && lists[2]->keys[0].id == newer.id);
        CPPUNIT_ASSERT(lists[2]->keys[1].id == older.id);
        CPPUNIT_ASSERT(lists[0]->user.id == bob && lists[1]->user.id == none && lists[2]->user.id == ann);
    }

    void addsTheNextKeyUnderANameThatIsFreed() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "Scripts");
        const auto next = sampleKey(user, "Scripts");
        this->change([&](domain::TenantStore& store) {
            store.apiKeys().end(key.id, *store.apiKeys().lock(user, key.id).active, kNoon);
            store.apiKeys().addNext(next, sampleSecret(2));
        });
        CPPUNIT_ASSERT(!find(1) && find(2)->key.id == next.id);
    }

    void findsSeveralKeysAtOnceInTheirOrder() {
        const auto user = this->addUser("owner@x.example").id;
        const auto first = add(user, "a"), second = add(user, "b"), dead = add(user, "c");
        end(user, dead.id);
        const auto found = this->look([](const domain::TenantStore& store) {
            std::vector<domain::KeyHashes> sought;
            for (const int secret : {2, 99, 3, 1, 2}) sought.push_back({sampleSecret(secret).hash});
            return store.apiKeys().findByHash(sought);
        });
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, found.size());
        for (const auto& [place, key] : {std::pair(0U, second), std::pair(3U, first), std::pair(4U, second)}) {
            CPPUNIT_ASSERT(found[place].active && found[place].active->key.id == key.id);
            CPPUNIT_ASSERT(!found[place].dead);
        }
        CPPUNIT_ASSERT(!found[1].active && !found[1].dead);
        CPPUNIT_ASSERT(!found[2].active && found[2].dead && found[2].dead->id == dead.id);
    }

    // Only a revoked key is dead. The key of a user that is suspended may be active again.
    void findsAKeyDeadOnlyOnceItIsRevoked() {
        const auto user = this->addUser("owner@x.example");
        const auto key = add(user.id, "a");
        this->operate(
            [&](domain::TenantStore& store) { store.users().setStatus(user.id, domain::UserStatus::kSuspended); });
        const auto suspended = findByPair(1, 2);
        CPPUNIT_ASSERT(!suspended.active && !suspended.dead);
        end(user.id, key.id);
        for (const auto& [hash, other] : {std::pair(1, 77), std::pair(77, 1)}) {
            const auto revoked = findByPair(hash, other);
            CPPUNIT_ASSERT(!revoked.active && revoked.dead);
            CPPUNIT_ASSERT(revoked.dead->id == key.id && revoked.dead->user == user.id);
        }
    }

    void findsTheActiveOneWhereTheOtherHashIsOfADeadKey() {
        const auto user = this->addUser("owner@x.example").id;
        const auto dead = add(user, "a"), active = add(user, "b");
        end(user, dead.id);
        for (const auto& [hash, other] : {std::pair(1, 2), std::pair(2, 1)}) {
            const auto found = findByPair(hash, other).active;
            CPPUNIT_ASSERT(found && found->key.id == active.id);
        }
    }

    void movesALivingKeyToALaterPepperAlone() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "a");
        add(user, "b");
        const int first = sampleSecret(1).pepperVersion;
        move(key.id, 77, first);
        CPPUNIT_ASSERT(find(1) && !find(77));
        move(key.id, 78, first + 2);
        CPPUNIT_ASSERT(!find(1) && find(78)->key.id == key.id);
        move(key.id, 79, first + 1);
        CPPUNIT_ASSERT(find(78) && !find(79));
        CPPUNIT_ASSERT(find(2));
        const auto counts =
            this->look([](const domain::TenantStore& store) { return store.apiKeys().countActiveByPepper(); });
        CPPUNIT_ASSERT((counts == std::map<int, std::size_t>{{first, 1}, {first + 2, 1}}));
    }

    void movesNoDeadKey() {
        const auto user = this->addUser("owner@x.example").id;
        const auto key = add(user, "a");
        CPPUNIT_ASSERT(end(user, key.id));
        move(key.id, 77, sampleSecret(1).pepperVersion + 1);
        CPPUNIT_ASSERT(!findByPair(1, 77).active);
        CPPUNIT_ASSERT(findByPair(1, 99).dead && !findByPair(77, 99).dead);
        const auto counts =
            this->look([](const domain::TenantStore& store) { return store.apiKeys().countActiveByPepper(); });
        CPPUNIT_ASSERT(counts.empty());
    }

    // As the list, a lookup by the id and the lock read it. The three agree.
    ApiKey readInEachWay(const domain::UserId& user, const domain::ApiKeyId& id) {
        const auto listed = list(user).front();
        const auto found = this->look([&](const domain::TenantStore& store) { return store.apiKeys().find(id); });
        const auto locked = lock(user, id).active;
        CPPUNIT_ASSERT(found->key.expiresAt == listed.expiresAt && found->key.disabled == listed.disabled);
        CPPUNIT_ASSERT(locked->expiresAt == listed.expiresAt && locked->disabled == listed.disabled);
        CPPUNIT_ASSERT(locked->createdAt == listed.createdAt);
        CPPUNIT_ASSERT(findByPair(1, 99).active->key.policy == listed.policy());
        return listed;
    }

    void keepsWhenAKeyExpires() {
        const auto user = this->addUser("owner@x.example").id;
        const auto never = add(user, "never");
        CPPUNIT_ASSERT(!readInEachWay(user, never.id).expiresAt);
        end(user, never.id);
        for (const auto moment : {kNoon + 1s, kNoon + 24h * 36'500, kNoon - 1us}) {
            auto key = sampleKey(user, "expires");
            key.expiresAt = moment;
            CPPUNIT_ASSERT(tryAdd(key, sampleSecret(1000 + ++secrets_)).ok());
            const auto found = this->look([&](const domain::TenantStore& store) {
                return store.apiKeys().findByHash({{sampleSecret(1000 + secrets_).hash}}).front();
            });
            CPPUNIT_ASSERT(found.active->key.policy == domain::KeyPolicy(moment));
            CPPUNIT_ASSERT(list(user).front().expiresAt == moment);
            CPPUNIT_ASSERT(lock(user, key.id).active->expiresAt == moment);
            end(user, key.id);
        }
    }

    void setDisabled(const domain::UserId& user, const domain::ApiKeyId& key,
                     const std::optional<domain::KeyDisabling>& disabled) {
        this->change([&](domain::TenantStore& store) {
            CPPUNIT_ASSERT(store.apiKeys().lock(user, key).active);
            store.apiKeys().setDisabled(key, disabled);
        });
    }

    void disablesAndEnablesAKeyAndNoOther() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        const auto key = add(user, "a");
        add(other, "a");
        for (const auto by : {domain::KeyParty::kOwner, domain::KeyParty::kOperator}) {
            const domain::KeyDisabling disabling{kNoon + 1us, by};
            setDisabled(user, key.id, disabling);
            const auto disabled = readInEachWay(user, key.id);
            CPPUNIT_ASSERT(disabled.disabled == disabling);
            CPPUNIT_ASSERT(disabled.policy().stateAt(kNoon) == domain::KeyState::kDisabled);
            CPPUNIT_ASSERT(!find(2)->key.disabled);
        }
        setDisabled(user, key.id, std::nullopt);
        CPPUNIT_ASSERT(!readInEachWay(user, key.id).disabled);
    }

    void keepsNamesByteForByte() {
        const auto user = this->addUser("owner@x.example").id;
        for (const auto& text : hostileTexts()) {
            const auto key = add(user, text);
            CPPUNIT_ASSERT_EQUAL(key.name.text(), find(secrets_)->key.name.text());
        }
        std::string longest;
        for (int i = 0; i < 100; ++i) longest += "\xF0\x9F\x94\x91";  // 400 bytes
        add(user, longest);
        CPPUNIT_ASSERT_EQUAL(longest, find(secrets_)->key.name.text());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeysContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeysContract<MySqlBackend>);

}  // namespace claviger::tests
