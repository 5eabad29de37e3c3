#include "domain/secrets/password_seal.h"

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <memory>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::TenantId;
using domain::UserId;
using domain::secrets::Hasher;
using domain::secrets::PasswordCost;
using domain::secrets::PasswordHash;
using domain::secrets::PasswordSeal;

class PasswordSealTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PasswordSealTest);
    CPPUNIT_TEST(opensWhatItHasSealed);
    CPPUNIT_TEST(hidesSaltAndHash);
    CPPUNIT_TEST(keepsCostAndPepperReadable);
    CPPUNIT_TEST(opensForItsUserAndTenantAlone);
    CPPUNIT_TEST(opensUnderEachConfiguredPepperAlone);
    CPPUNIT_TEST(namesTheVersionOfAPepperThatIsMissing);
    CPPUNIT_TEST(opensNothingThatWasChanged);
    CPPUNIT_TEST(givesBackWhatIsNotSealed);
    CPPUNIT_TEST(sealsNothingButAWholePassword);
    CPPUNIT_TEST_SUITE_END();

    const TenantId tenant_ = TenantId::make(ManualClock().now()), otherTenant_ = TenantId::make(ManualClock().now());
    const UserId user_ = UserId::make(ManualClock().now()), otherUser_ = UserId::make(ManualClock().now());
    const PasswordHash open_ = PasswordHash::fromStored("$argon2id$v=19$m=19456,t=2,p=1$" + std::string(21, 'B') +
                                                        "A$" + std::string(42, 'C') + "A");
    std::unique_ptr<TemporaryFolder> folder_;

    Hasher hasher(const std::string& first, const std::string& second = {}) {
        const auto file = [&](const std::string& version) -> std::filesystem::path {
            if (version.empty()) return {};
            const auto path = folder_->path() / version;
            if (!std::filesystem::exists(path)) domain::secrets::Pepper::create(path, std::stoi(version));
            return path;
        };
        return Hasher::load(file(first), file(second));
    }

public:
    void setUp() override { folder_ = std::make_unique<TemporaryFolder>(); }
    void tearDown() override { folder_.reset(); }

private:
    void opensWhatItHasSealed() {
        const auto pepper = hasher("1");
        const PasswordSeal seal(pepper);
        const auto sealed = seal.seal(tenant_, user_, open_);
        CPPUNIT_ASSERT_EQUAL(open_.stored(), seal.open(tenant_, user_, sealed).value().stored());
        CPPUNIT_ASSERT(sealed.stored() != seal.seal(tenant_, user_, open_).stored());
        CPPUNIT_ASSERT(sealed.stored().size() <= 255);  // users.password_hash
    }

    void hidesSaltAndHash() {
        const auto pepper = hasher("1");
        const auto sealed = PasswordSeal(pepper).seal(tenant_, user_, open_).stored();
        for (const auto* part : {"$argon2id", "BBBB", "CCCC"}) CPPUNIT_ASSERT(sealed.find(part) == std::string::npos);
    }

    void keepsCostAndPepperReadable() {
        const auto pepper = hasher("7");
        const auto sealed = PasswordSeal(pepper).seal(tenant_, user_, open_);
        CPPUNIT_ASSERT(sealed.cost() == open_.cost());
        CPPUNIT_ASSERT(sealed.sealedWith() == 7);
        CPPUNIT_ASSERT(!open_.sealedWith());
        CPPUNIT_ASSERT(PasswordHash::parse(sealed.stored(), 1000).ok());
        CPPUNIT_ASSERT(!PasswordHash::parse(sealed.stored(), 10).ok());
        auto head = sealed.stored();
        head.resize(head.find("$7$"));
        CPPUNIT_ASSERT(PasswordCost::parse(head) == open_.cost());  // as the rows' costs are read
    }

    void opensForItsUserAndTenantAlone() {
        const auto pepper = hasher("1");
        const PasswordSeal seal(pepper);
        const auto sealed = seal.seal(tenant_, user_, open_);
        CPPUNIT_ASSERT(!seal.open(tenant_, otherUser_, sealed));
        CPPUNIT_ASSERT(!seal.open(otherTenant_, user_, sealed));
    }

    void opensUnderEachConfiguredPepperAlone() {
        const auto first = hasher("1"), both = hasher("2", "1"), second = hasher("2");
        const auto sealed = PasswordSeal(first).seal(tenant_, user_, open_);
        CPPUNIT_ASSERT(PasswordSeal(both).open(tenant_, user_, sealed).has_value());
        CPPUNIT_ASSERT(!PasswordSeal(second).open(tenant_, user_, sealed));
        CPPUNIT_ASSERT(PasswordSeal(both).isOutdated(sealed));
        CPPUNIT_ASSERT(!PasswordSeal(first).isOutdated(sealed));
        const TemporaryFolder elsewhere;
        domain::secrets::Pepper::create(elsewhere.path() / "1", 1);
        const auto stranger = Hasher::load(elsewhere.path() / "1", {});
        CPPUNIT_ASSERT(!PasswordSeal(stranger).open(tenant_, user_, sealed));
    }

    void namesTheVersionOfAPepperThatIsMissing() {
        const auto first = hasher("1"), both = hasher("2", "1"), second = hasher("2");
        const auto sealed = PasswordSeal(first).seal(tenant_, user_, open_);
        CPPUNIT_ASSERT(PasswordSeal(second).missingPepper(sealed) == 1);
        for (const auto* hasher : {&first, &both}) CPPUNIT_ASSERT(!PasswordSeal(*hasher).missingPepper(sealed));
        for (const auto& form : {open_, PasswordHash::fromStored("broken")})
            CPPUNIT_ASSERT(!PasswordSeal(second).missingPepper(form));
        CPPUNIT_ASSERT(PasswordSeal(both).hasPepper(1) && PasswordSeal(both).hasPepper(0));
        CPPUNIT_ASSERT(!PasswordSeal(both).hasPepper(3));
    }

    void opensNothingThatWasChanged() {
        const auto pepper = hasher("1", "2");
        const PasswordSeal seal(pepper);
        const auto sealed = seal.seal(tenant_, user_, open_).stored();
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            for (const char other : {'A', '2', '$', 'b'}) {
                auto changed = sealed;
                changed[i] = other;
                if (changed == sealed) continue;
                const auto opened = seal.open(tenant_, user_, PasswordHash::fromStored(changed));
                const bool harmless =
                    !opened || opened->stored() == changed;  // no sealed form any more: no password either
                CPPUNIT_ASSERT_MESSAGE(changed, harmless);
                if (opened) CPPUNIT_ASSERT_MESSAGE(changed, !opened->cost());
            }
            const auto cut = PasswordHash::fromStored(sealed.substr(0, i));
            const auto opened = seal.open(tenant_, user_, cut);
            CPPUNIT_ASSERT_MESSAGE(cut.stored(), !opened || !opened->cost());
        }
        CPPUNIT_ASSERT(!seal.open(tenant_, user_, PasswordHash::fromStored(sealed + "A")));
    }

    void givesBackWhatIsNotSealed() {
        const auto pepper = hasher("1");
        CPPUNIT_ASSERT_EQUAL(open_.stored(), PasswordSeal(pepper).open(tenant_, user_, open_).value().stored());
    }

    void sealsNothingButAWholePassword() {
        const auto pepper = hasher("1");
        const PasswordSeal seal(pepper);
        const auto sealed = seal.seal(tenant_, user_, open_);
        for (const auto& text : {std::string("x"), std::string(), sealed.stored(), open_.stored() + "A"})
            CPPUNIT_ASSERT_THROW((void)seal.seal(tenant_, user_, PasswordHash::fromStored(text)),
                                 std::invalid_argument);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordSealTest);

}  // namespace
}  // namespace claviger::tests
