// The promises of the table of users, over the fake and over the database.

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::UserStatus;

template <class Backend>
class UsersContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(UsersContract<Backend>);
    CPPUNIT_TEST(findsAnAccountWithAllThatWasStored);
    CPPUNIT_TEST(findsNothingForAnUnknownEmail);
    CPPUNIT_TEST(refusesATakenEmailAndChangesNothing);
    CPPUNIT_TEST(listsByEmail);
    CPPUNIT_TEST(setsTheStatusOfThatUserAlone);
    CPPUNIT_TEST(setsThePasswordOfThatUserAlone);
    CPPUNIT_TEST(readsEachCostOfThePasswordsOnce);
    CPPUNIT_TEST(findsThePasswordsThatAreNotSealedWithAPepper);
    CPPUNIT_TEST(waitsForPasswordsThatAreBeingStored);
    CPPUNIT_TEST(replacesAPasswordOnlyWhileItIsTheSame);
    CPPUNIT_TEST(countsPasswordsByTheirPepper);
    CPPUNIT_TEST(locksOnlyApprovedUsers);
    CPPUNIT_TEST(keepsNamesByteForByte);
    CPPUNIT_TEST_SUITE_END();

    std::optional<domain::Account> find(const std::string& email) {
        return this->look([&](const domain::TenantStore& store) {
            return store.users().findByEmail(domain::Email::parse(email).value());
        });
    }

    void findsAnAccountWithAllThatWasStored() {
        const auto account = sampleAccount("owner@acme.example", UserStatus::kPending);
        this->operate([&](domain::TenantStore& store) { CPPUNIT_ASSERT(store.users().add(account).ok()); });

        const auto found = find("owner@acme.example");

        CPPUNIT_ASSERT(found.has_value());
        CPPUNIT_ASSERT(found->user.id == account.user.id);
        CPPUNIT_ASSERT(found->user.email == account.user.email);
        CPPUNIT_ASSERT_EQUAL(account.user.name, found->user.name);
        CPPUNIT_ASSERT(found->user.status == UserStatus::kPending);
        CPPUNIT_ASSERT(found->user.createdAt == account.user.createdAt);
        CPPUNIT_ASSERT_EQUAL(account.passwordHash.stored(), found->passwordHash.stored());
    }

    void findsNothingForAnUnknownEmail() {
        this->addUser("owner@acme.example");
        CPPUNIT_ASSERT(!find("owne@acme.example"));
        CPPUNIT_ASSERT(!find("%@acme.example"));
    }

    void refusesATakenEmailAndChangesNothing() {
        const auto user = this->addUser("owner@acme.example");
        const auto again = sampleAccount("owner@acme.example", UserStatus::kSuspended);

        const auto added = this->attemptAsTool([&](domain::TenantStore& store) { return store.users().add(again); });

        CPPUNIT_ASSERT(!added.ok());
        CPPUNIT_ASSERT(added.error().code == domain::ErrorCode::kUserTaken);
        CPPUNIT_ASSERT(find("owner@acme.example")->user.id == user.id);
        CPPUNIT_ASSERT(find("owner@acme.example")->user.status == UserStatus::kApproved);
    }

    void listsByEmail() {
        for (const auto* email : {"b@x.example", "\xC3\xA9@x.example", "a@x.example", "a-b@x.example"})
            this->addUser(email);
        const auto users = this->look([](const domain::TenantStore& store) { return store.users().list(); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, users.size());
        CPPUNIT_ASSERT(
            std::is_sorted(users.begin(), users.end(), [](const auto& a, const auto& b) { return a.email < b.email; }));
    }

    void setsTheStatusOfThatUserAlone() {
        const auto user = this->addUser("one@x.example", UserStatus::kPending);
        this->addUser("two@x.example", UserStatus::kPending);
        this->operate([&](domain::TenantStore& store) { store.users().setStatus(user.id, UserStatus::kApproved); });
        CPPUNIT_ASSERT(find("one@x.example")->user.status == UserStatus::kApproved);
        CPPUNIT_ASSERT(find("two@x.example")->user.status == UserStatus::kPending);
    }

    void setsThePasswordOfThatUserAlone() {
        const auto user = this->addUser("one@x.example");
        this->addUser("two@x.example");
        const auto other = find("two@x.example")->passwordHash.stored();
        this->operate([&](domain::TenantStore& store) {
            store.users().setPassword(user.id, domain::secrets::PasswordHash::fromStored("$argon2id$another"));
        });
        CPPUNIT_ASSERT_EQUAL(std::string("$argon2id$another"), find("one@x.example")->passwordHash.stored());
        CPPUNIT_ASSERT_EQUAL(other, find("two@x.example")->passwordHash.stored());
    }

    void readsEachCostOfThePasswordsOnce() {
        using domain::secrets::PasswordCost;
        using domain::secrets::PasswordHash;
        const auto costs = [this] {
            auto read =
                this->look([](const domain::TenantStore& store) { return store.users().passwordKinds(); }).costs;
            std::sort(read.begin(), read.end());
            return read;
        };
        CPPUNIT_ASSERT(costs().empty());

        const std::string end = "$" + std::string(22, 'A') + "$" + std::string(43, 'A');
        int number = 0;
        for (const auto& stored : {"$argon2id$v=19$m=19456,t=2,p=1" + end, "$argon2id$v=19$m=8192,t=1,p=1" + end,
                                   "$argon2id$v=19$m=19456,t=2,p=1" + end, std::string("broken"), std::string()}) {
            const auto user = this->addUser("user" + std::to_string(++number) + "@x.example");
            this->change([&](domain::TenantStore& store) {
                store.users().setPassword(user.id, PasswordHash::fromStored(stored));
            });
        }
        CPPUNIT_ASSERT(costs() == std::vector<PasswordCost>({{8, 1}, {19, 2}}));
        const auto kinds = this->look([](const domain::TenantStore& store) { return store.users().passwordKinds(); });
        CPPUNIT_ASSERT((kinds.peppers == std::map<int, std::size_t>{{0, 5}}));
    }

    // Sealed with that pepper; 0: not sealed.
    static domain::secrets::PasswordHash form(int pepper) {
        const std::string cost = "$v=19$m=8192,t=1,p=1$";
        if (pepper == 0)
            return domain::secrets::PasswordHash::fromStored("$argon2id" + cost + std::string(22, 'A') + "$" +
                                                             std::string(43, 'A'));
        return domain::secrets::PasswordHash::fromStored("$sealed-argon2id" + cost + std::to_string(pepper) + "$" +
                                                         std::string(118, 'A'));
    }

    domain::UserId add(const std::string& email, int pepper) {
        auto account = sampleAccount(email, UserStatus::kApproved);
        account.passwordHash = form(pepper);
        this->operate([&](domain::TenantStore& store) { CPPUNIT_ASSERT(store.users().add(account).ok()); });
        return account.user.id;
    }

    void findsThePasswordsThatAreNotSealedWithAPepper() {
        const auto open = add("open@x.example", 0), first = add("first@x.example", 1),
                   twelfth = add("12@x.example", 12);
        add("second@x.example", 2);
        const auto find = [&](const std::optional<domain::UserId>& after, std::size_t most) {
            std::vector<domain::UserId> ids;
            this->operate([&](domain::TenantStore& store) {
                for (const auto& found : store.users().passwordsNotSealedWith(2, after, most))
                    ids.push_back(found.user);
            });
            return ids;
        };
        auto all = std::vector{open, first, twelfth};
        std::sort(all.begin(), all.end());
        CPPUNIT_ASSERT(find({}, 10) == all);
        CPPUNIT_ASSERT(find({}, 2) == std::vector(all.begin(), all.begin() + 2));
        CPPUNIT_ASSERT(find(all[1], 10) == std::vector{all[2]});
    }

    // A transaction that stores unsealed passwords ends while the passwords to seal are read.
    void waitsForPasswordsThatAreBeingStored() {
        const auto sealed = add("sealed@x.example", 2);
        auto fresh = sampleAccount("new@x.example", UserStatus::kApproved);
        fresh.passwordHash = form(0);
        std::promise<void> isWritten;
        auto storing = std::async(std::launch::async, [&] {
            this->operate([&](domain::TenantStore& store) {
                store.users().setPassword(sealed, form(0));
                CPPUNIT_ASSERT(store.users().add(fresh).ok());
                isWritten.set_value();
                std::this_thread::sleep_for(std::chrono::milliseconds(300));
            });
        });
        isWritten.get_future().wait();
        const auto found = this->backend().toolStores().read(this->tenant(), [](const domain::TenantStore& store) {
            return store.users().passwordsNotSealedWith(2, {}, 10);
        });
        storing.get();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, found.size());
        for (const auto& password : found) CPPUNIT_ASSERT_EQUAL(form(0).stored(), password.hash.stored());
    }

    void replacesAPasswordOnlyWhileItIsTheSame() {
        const auto user = add("owner@x.example", 0);
        const auto replace = [&](int from, int to) {
            bool replaced = false;
            this->operate([&](domain::TenantStore& store) {
                replaced = store.users().replacePassword({user, form(from)}, form(to));
            });
            return replaced;
        };
        CPPUNIT_ASSERT(!replace(1, 2));
        CPPUNIT_ASSERT_EQUAL(form(0).stored(), find("owner@x.example")->passwordHash.stored());
        CPPUNIT_ASSERT(replace(0, 2));
        CPPUNIT_ASSERT_EQUAL(form(2).stored(), find("owner@x.example")->passwordHash.stored());
    }

    void countsPasswordsByTheirPepper() {
        for (const auto& [email, pepper] :
             {std::pair("a@x.example", 0), {"b@x.example", 3}, {"c@x.example", 3}, {"d@x.example", 12}})
            add(email, pepper);
        std::map<int, std::size_t> counts;
        this->operate([&](domain::TenantStore& store) { counts = store.users().countPasswordsByPepper(); });
        CPPUNIT_ASSERT((counts == std::map<int, std::size_t>{{0, 1}, {3, 2}, {12, 1}}));
        const auto kinds = this->look([](const domain::TenantStore& store) { return store.users().passwordKinds(); });
        CPPUNIT_ASSERT(kinds.peppers == counts);
    }

    void locksOnlyApprovedUsers() {
        const auto approved = this->addUser("approved@x.example");
        const auto pending = this->addUser("pending@x.example", UserStatus::kPending);
        const auto suspended = this->addUser("suspended@x.example", UserStatus::kSuspended);
        this->change([&](domain::TenantStore& store) {
            CPPUNIT_ASSERT(store.users().lockApproved(approved.id));
            CPPUNIT_ASSERT(!store.users().lockApproved(pending.id));
            CPPUNIT_ASSERT(!store.users().lockApproved(suspended.id));
            CPPUNIT_ASSERT(!store.users().lockApproved(domain::UserId::make(kNoon)));
        });
    }

    void keepsNamesByteForByte() {
        int number = 0;
        for (const auto& name : hostileTexts()) {
            const auto email = "user" + std::to_string(++number) + "@x.example";
            auto account = sampleAccount(email);
            account.user.name = name;
            this->operate([&](domain::TenantStore& store) { CPPUNIT_ASSERT(store.users().add(account).ok()); });
            CPPUNIT_ASSERT_EQUAL(name, find(email)->user.name);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UsersContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(UsersContract<MySqlBackend>);

}  // namespace claviger::tests
