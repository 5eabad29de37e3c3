#include "domain/secrets/hasher.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>

#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::TenantId;
using domain::UserId;
using domain::secrets::DeviceToken;
using domain::secrets::equalInConstantTime;
using domain::secrets::Hasher;
using domain::secrets::KeyHash;
using domain::secrets::Pepper;
using domain::secrets::PlainKey;
using domain::secrets::SessionToken;
using domain::secrets::VisitToken;

constexpr auto kPepper = "1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
constexpr auto kOtherPepper = "2:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e20\n";
constexpr auto kKey = "pk_live_abcdefghijklmnopqrstuvwxyzABCDEF1ofHP0";
constexpr auto kToken = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM";  // the bytes 100 to 131

std::string hex(const std::string& bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

class HasherTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HasherTest);
    CPPUNIT_TEST(makesTheStoredFormsThatAreInUse);
    CPPUNIT_TEST(givesTheSameForTheSame);
    CPPUNIT_TEST(bindsADigestToItsTenant);
    CPPUNIT_TEST(bindsADigestToItsPurpose);
    CPPUNIT_TEST(bindsADigestToThePepper);
    CPPUNIT_TEST(knowsTheOtherPepperWhileTwoLive);
    CPPUNIT_TEST(refusesTwoPeppersOfOneVersion);
    CPPUNIT_TEST(bindsAOnceValueToItsUser);
    CPPUNIT_TEST(namesThePeppersVersion);
    CPPUNIT_TEST(makesFormTokensOf43UrlSafeCharacters);
    CPPUNIT_TEST(readsOnly32BytesAsADigest);
    CPPUNIT_TEST(comparesWholeTexts);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;
    Hasher hasher_{Pepper::load(folder_.write("pepper", kPepper))};
    TenantId tenant_ = *TenantId::parse("0190a0b0-c0d0-7e0f-8123-456789abcdef");
    TenantId other_ = *TenantId::parse("0190a0b0-c0d0-7e0f-8123-456789abcdee");
    UserId user_ = *UserId::parse("0190a0b0-c0d1-7e0f-8123-456789abcdef");
    PlainKey key_ = *PlainKey::parse(kKey);
    SessionToken session_ = *SessionToken::parse(kToken);
    DeviceToken device_ = *DeviceToken::parse(kToken);
    VisitToken visit_ = *VisitToken::parse(kToken);

    // Computed with Python's hmac and hashlib. A change here makes every stored key, session and device worthless.
    void makesTheStoredFormsThatAreInUse() {
        CPPUNIT_ASSERT_EQUAL(std::string("8e466e633ba4d582162d04d10ea73299689ab40393b2ed5a80fb50b0ad809db6"),
                             hex(hasher_.hash(tenant_, key_).bytes()));
        CPPUNIT_ASSERT_EQUAL(std::string("32ad68a00c4bb6b10ab40870b027263d6826d924915a1fe4cc6942c554993555"),
                             hex(hasher_.hash(tenant_, session_).bytes()));
        CPPUNIT_ASSERT_EQUAL(std::string("f392e0174c20f0408f331da4676a0c33827fbfac29a95b17c0dcce0d3ff69727"),
                             hex(hasher_.hash(tenant_, device_).bytes()));
        CPPUNIT_ASSERT_EQUAL(std::string("a91302ae572abdfc2a257ff8936caec1fbbd36191ebdd280b6a4bee30f9df3b9"),
                             hex(hasher_.hashOnce(tenant_, user_, "abc").bytes()));
        CPPUNIT_ASSERT_EQUAL(std::string("ad386f061fcb9d91f3a1f5f3b0f6d00abe332158e5fd3f3dda4692d442614f47"),
                             hex(hasher_.hashBudget(tenant_, "account a@b").bytes()));
        CPPUNIT_ASSERT_EQUAL(std::string("GPTzSfli7FmF-VKPodKHmJONs6kb7tFPerXNEmCSAgk"),
                             hasher_.formToken(tenant_, session_));
    }

    void givesTheSameForTheSame() {
        CPPUNIT_ASSERT(hasher_.hash(tenant_, key_) == hasher_.hash(tenant_, *PlainKey::parse(kKey)));
        CPPUNIT_ASSERT(hasher_.formToken(tenant_, visit_) == hasher_.formToken(tenant_, visit_));
    }

    void bindsADigestToItsTenant() {
        CPPUNIT_ASSERT(hasher_.hash(tenant_, key_) != hasher_.hash(other_, key_));
        CPPUNIT_ASSERT(hasher_.hash(tenant_, session_) != hasher_.hash(other_, session_));
        CPPUNIT_ASSERT(hasher_.hash(tenant_, device_) != hasher_.hash(other_, device_));
        CPPUNIT_ASSERT(hasher_.hashOnce(tenant_, user_, "a") != hasher_.hashOnce(other_, user_, "a"));
        CPPUNIT_ASSERT(hasher_.hashBudget(tenant_, "a") != hasher_.hashBudget(other_, "a"));
        CPPUNIT_ASSERT(hasher_.formToken(tenant_, session_) != hasher_.formToken(other_, session_));
        CPPUNIT_ASSERT(hasher_.formToken(tenant_, visit_) != hasher_.formToken(other_, visit_));
    }

    void bindsADigestToItsPurpose() {
        const std::set<std::string> made = {
            hasher_.hash(tenant_, session_).bytes(), hasher_.hash(tenant_, device_).bytes(),
            hasher_.hashBudget(tenant_, session_.revealForCookie()).bytes(), hasher_.hashBudget(tenant_, kKey).bytes(),
            hasher_.hash(tenant_, key_).bytes()};
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, made.size());
        CPPUNIT_ASSERT(hasher_.formToken(tenant_, session_) != hasher_.formToken(tenant_, visit_));
    }

    void bindsADigestToThePepper() {
        const Hasher other(Pepper::load(folder_.write("other", kOtherPepper)));
        CPPUNIT_ASSERT(hasher_.hash(tenant_, key_) != other.hash(tenant_, key_));
    }

    void knowsTheOtherPepperWhileTwoLive() {
        const auto first = folder_.write("pepper", kPepper);
        const auto second = folder_.write("other", kOtherPepper);
        const auto alone = Hasher::load(first, {});
        CPPUNIT_ASSERT(alone.other() == nullptr);
        const auto both = Hasher::load(second, first);
        CPPUNIT_ASSERT_EQUAL(2, both.pepperVersion());
        CPPUNIT_ASSERT_EQUAL(1, both.other()->pepperVersion());
        CPPUNIT_ASSERT(both.other()->hash(tenant_, key_) == alone.hash(tenant_, key_));
        CPPUNIT_ASSERT(both.hash(tenant_, key_) != alone.hash(tenant_, key_));
    }

    void refusesTwoPeppersOfOneVersion() {
        const auto first = folder_.write("pepper", kPepper);
        CPPUNIT_ASSERT_THROW((void)Hasher::load(first, folder_.write("copy", kPepper)), std::runtime_error);
        CPPUNIT_ASSERT_THROW((void)Hasher::load(first, folder_.path() / "absent"), std::runtime_error);
    }

    void bindsAOnceValueToItsUser() {
        const auto otherUser = UserId::make({});
        CPPUNIT_ASSERT(hasher_.hashOnce(tenant_, user_, "a") != hasher_.hashOnce(tenant_, otherUser, "a"));
        CPPUNIT_ASSERT(hasher_.hashOnce(tenant_, user_, "a") != hasher_.hashOnce(tenant_, user_, "b"));
    }

    void namesThePeppersVersion() {
        CPPUNIT_ASSERT_EQUAL(1, hasher_.pepperVersion());
        CPPUNIT_ASSERT_EQUAL(2, Hasher(Pepper::load(folder_.write("other", kOtherPepper))).pepperVersion());
    }

    void makesFormTokensOf43UrlSafeCharacters() {
        const auto token = hasher_.formToken(tenant_, SessionToken::generate());
        CPPUNIT_ASSERT_EQUAL(std::size_t{43}, token.size());
        CPPUNIT_ASSERT(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
                       std::string::npos);
    }

    void readsOnly32BytesAsADigest() {
        const auto made = hasher_.hash(tenant_, key_);
        CPPUNIT_ASSERT(made == *KeyHash::fromStored(made.bytes()));
        CPPUNIT_ASSERT(!KeyHash::fromStored(made.bytes() + "x"));
        CPPUNIT_ASSERT(!KeyHash::fromStored(made.bytes().substr(1)));
        CPPUNIT_ASSERT(!KeyHash::fromStored(""));
    }

    void comparesWholeTexts() {
        CPPUNIT_ASSERT(equalInConstantTime("", ""));
        CPPUNIT_ASSERT(equalInConstantTime("abc", "abc"));
        CPPUNIT_ASSERT(!equalInConstantTime("abc", "abd"));
        CPPUNIT_ASSERT(!equalInConstantTime("abc", "abcd"));
        CPPUNIT_ASSERT(!equalInConstantTime("abc", ""));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HasherTest);

}  // namespace
}  // namespace claviger::tests
