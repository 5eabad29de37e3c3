// The sealing of stored passwords. Counting and moving on a real database is tested in system/pepper*.

#include "domain/keys/pepper_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/control/tenant_archive.h"
#include "domain/secrets/password_seal.h"
#include "tests/support/interrupted_stores.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::Tenant;
using domain::TenantStore;
using domain::secrets::Password;
using domain::secrets::PasswordHash;
using domain::secrets::PasswordSeal;

// A registry with a list of tenants only.
class ListedTenants final : public domain::TenantRegistry {
public:
    explicit ListedTenants(std::vector<Tenant> tenants) : tenants_(std::move(tenants)) {}
    std::vector<Tenant> list() const override { return tenants_; }
    std::optional<Tenant> findById(const domain::TenantId&) const override { return {}; }
    std::optional<Tenant> findBySchema(const domain::SchemaName&) const override { return {}; }
    std::optional<Tenant> findBySlug(const domain::TenantSlug&) const override { return {}; }
    std::optional<Tenant> findByHost(const domain::HostName&) const override { return {}; }
    std::vector<domain::HostName> hostsOf(const domain::TenantId&) const override { return {}; }
    std::map<domain::TenantId, std::vector<domain::HostName>> hosts() const override { return {}; }
    bool hasSchema(const domain::SchemaName&) const override { return false; }
    domain::Result<void> add(const Tenant&, const domain::HostName&, domain::Timestamp) override { return {}; }
    domain::Result<void> addHost(const domain::TenantId&, const domain::HostName&, domain::Timestamp) override {
        return {};
    }
    void setStatus(const domain::TenantId&, domain::TenantStatus) override {}
    domain::Result<void> rename(const domain::TenantId&, const domain::TenantSlug&, const std::string&) override {
        return {};
    }

private:
    std::vector<Tenant> tenants_;
};

class Sealing final : public domain::PasswordSealing {
public:
    bool isOn() const override { return on; }
    void turnOn(domain::Timestamp) override { on = true; }
    std::size_t hostsWithoutSeal() const override { return earlierHosts; }
    std::optional<int> differingPepper(const std::map<int, std::string>& own) const override {
        return recorded.empty() || own.begin()->second == recorded ? std::nullopt : std::optional(own.begin()->first);
    }

    bool on = false;
    std::size_t earlierHosts = 0;
    std::string recorded{};  // the fingerprint that workers have run with
};

struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, "ann@acme.example"), bob = world.makeUser(globex, "bob@globex.example");
    ListedTenants registry{{acme, globex}};
    Sealing sealing;
    InterruptedStores stores{world.stores};
    PasswordSeal seal{world.hasher};
    domain::PepperService service{registry, stores, sealing, world.hasher, world.clock};

    PasswordHash storedOf(const Tenant& tenant, const domain::User& user) const {
        return world.stores.data(tenant).accounts.at(user.id).passwordHash;
    }
    void store(const Tenant& tenant, const domain::User& user, const PasswordHash& hash) {
        (void)world.stores.transact<void>(tenant, [&](TenantStore& store) -> domain::Result<void> {
            store.users().setPassword(user.id, hash);
            return {};
        });
    }
};

class PepperServiceTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(PepperServiceTest);
    CPPUNIT_TEST(changesNothingWhileAnEarlierReleaseRuns);
    CPPUNIT_TEST(changesNothingWithAnotherPepperThanTheWorkers);
    CPPUNIT_TEST(turnsSealingOnBeforeItSealsAnything);
    CPPUNIT_TEST(sealsAPasswordThatAWorkerRenewsUnsealedAtThatTime);
    CPPUNIT_TEST(plansWhatItWouldSealAndChangesNothing);
    CPPUNIT_TEST(givesUpOnATenantWhosePasswordsChangeAllTheTimeAndDoesTheRest);
    CPPUNIT_TEST(namesThePepperThatIsMissingAndWhatWasChanged);
    CPPUNIT_TEST_SUITE_END();

    PasswordHash another() const { return scene_->world.passwords.hash(Password::attempt(kPassword)); }

    void changesNothingWhileAnEarlierReleaseRuns() {
        scene_->sealing.earlierHosts = 1;
        CPPUNIT_ASSERT_THROW((void)scene_->service.sealPasswords(), domain::SealingTooEarly);
        CPPUNIT_ASSERT_THROW((void)scene_->service.planSealing(), domain::SealingTooEarly);
        CPPUNIT_ASSERT(!scene_->sealing.on);
        CPPUNIT_ASSERT(!scene_->storedOf(scene_->acme, scene_->ann).sealedWith());
    }

    void changesNothingWithAnotherPepperThanTheWorkers() {
        scene_->sealing.recorded = "0123456789abcdef";
        CPPUNIT_ASSERT_THROW((void)scene_->service.sealPasswords(), domain::PepperDiffers);
        CPPUNIT_ASSERT_THROW((void)scene_->service.planSealing(), domain::PepperDiffers);
        CPPUNIT_ASSERT(!scene_->sealing.on);
        CPPUNIT_ASSERT(!scene_->storedOf(scene_->acme, scene_->ann).sealedWith());
        scene_->sealing.recorded = scene_->world.hasher.fingerprint();
        CPPUNIT_ASSERT(scene_->service.sealPasswords().failed.empty());
    }

    void turnsSealingOnBeforeItSealsAnything() {
        scene_->stores.before = [this] { CPPUNIT_ASSERT(scene_->sealing.on); };
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, scene_->service.sealPasswords().tenants.size());
    }

    // Between the service's read and its write, a sign-in renews the password that it has read unsealed.
    void sealsAPasswordThatAWorkerRenewsUnsealedAtThatTime() {
        const auto renewed = another();
        int transactions = 0;
        scene_->stores.before = [&] {
            if (transactions++ == 0) scene_->store(scene_->acme, scene_->ann, renewed);
        };
        const auto done = scene_->service.sealPasswords();
        CPPUNIT_ASSERT(done.failed.empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, done.tenants.at(0).sealed);
        const auto stored = scene_->storedOf(scene_->acme, scene_->ann);
        CPPUNIT_ASSERT(stored.sealedWith() == scene_->world.hasher.pepperVersion());
        CPPUNIT_ASSERT_EQUAL(renewed.stored(),
                             scene_->seal.open(scene_->acme.id, scene_->ann.id, stored).value().stored());
    }

    void plansWhatItWouldSealAndChangesNothing() {
        scene_->stores.before = [] { CPPUNIT_FAIL("a plan has a transaction"); };
        scene_->store(scene_->globex, scene_->bob,
                      PasswordHash::fromStored("$sealed-argon2id$v=19$m=8,t=1,p=1$9$AAAA"));
        const auto planned = scene_->service.planSealing();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, planned.tenants.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, planned.tenants[0].sealed);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, planned.failed.size());
        CPPUNIT_ASSERT(planned.failed[0].tenant.slug == scene_->globex.slug);
        CPPUNIT_ASSERT(!scene_->sealing.on);
        CPPUNIT_ASSERT(!scene_->storedOf(scene_->acme, scene_->ann).sealedWith());
    }

    void givesUpOnATenantWhosePasswordsChangeAllTheTimeAndDoesTheRest() {
        scene_->stores.before = [&] { scene_->store(scene_->acme, scene_->ann, another()); };
        const auto done = scene_->service.sealPasswords();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, done.failed.size());
        CPPUNIT_ASSERT(done.failed[0].why.find("run this again") != std::string::npos);
        CPPUNIT_ASSERT(!scene_->storedOf(scene_->acme, scene_->ann).sealedWith());
        CPPUNIT_ASSERT(scene_->storedOf(scene_->globex, scene_->bob).sealedWith().has_value());
    }

    void namesThePepperThatIsMissingAndWhatWasChanged() {
        const auto file = scene_->world.folder.path() / "pepper.2";
        domain::secrets::Pepper::create(file, 2);
        const domain::secrets::Hasher second(domain::secrets::Pepper::load(file));
        const auto elsewhere = PasswordSeal(second).seal(scene_->acme.id, scene_->ann.id, another());
        scene_->store(scene_->acme, scene_->ann, elsewhere);
        scene_->store(scene_->globex, scene_->bob, PasswordHash::fromStored("changed"));
        const auto done = scene_->service.sealPasswords();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, done.failed.size());
        CPPUNIT_ASSERT_EQUAL(std::string("1 password(s) need the pepper of version 2, which is not configured: bring "
                                         "it back as pepper.other_file, then run this again"),
                             done.failed[0].why);
        CPPUNIT_ASSERT_EQUAL(std::string("1 password(s) do not open, since their rows were changed: `claviger user "
                                         "set-password` replaces them"),
                             done.failed[1].why);
        CPPUNIT_ASSERT_EQUAL(elsewhere.stored(), scene_->storedOf(scene_->acme, scene_->ann).stored());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PepperServiceTest);

}  // namespace
}  // namespace claviger::tests
