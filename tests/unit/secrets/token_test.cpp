#include "domain/secrets/token.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>
#include <type_traits>

#include "tests/support/printable.h"

namespace claviger::tests {
namespace {

using domain::secrets::DeviceToken;
using domain::secrets::SessionToken;

constexpr auto kKnown = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgoM";  // the bytes 100 to 131
const std::string kNothing(43, 'A');                                    // 32 zero bytes

class TokenTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TokenTest);
    CPPUNIT_TEST(has43UrlSafeCharacters);
    CPPUNIT_TEST(comesBackFromItsText);
    CPPUNIT_TEST(neverRepeats);
    CPPUNIT_TEST(refusesEveryOtherForm);
    CPPUNIT_TEST(isWipedWhenMovedFrom);
    CPPUNIT_TEST(cannotBeCopiedPrintedOrMixedUp);
    CPPUNIT_TEST_SUITE_END();

    void has43UrlSafeCharacters() {
        const auto text = SessionToken::generate().revealForCookie();
        CPPUNIT_ASSERT_EQUAL(std::size_t{43}, text.size());
        CPPUNIT_ASSERT(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
                       std::string::npos);
    }

    void comesBackFromItsText() {
        const auto text = SessionToken::generate().revealForCookie();
        CPPUNIT_ASSERT_EQUAL(text, SessionToken::parse(text).value().revealForCookie());
        CPPUNIT_ASSERT_EQUAL(std::string(kKnown), SessionToken::parse(kKnown).value().revealForCookie());
    }

    void neverRepeats() {
        std::set<std::string> made;
        for (int i = 0; i < 10'000; ++i) made.insert(SessionToken::generate().revealForCookie());
        CPPUNIT_ASSERT_EQUAL(std::size_t{10'000}, made.size());
    }

    void refusesEveryOtherForm() {
        const std::string right = kKnown;
        for (const auto& text :
             {std::string(), right + "=", right + "A", right.substr(0, 42), right.substr(0, 42) + "+",
              right.substr(0, 42) + " ", right.substr(0, 42) + std::string(1, '\0'), " " + right.substr(0, 42),
              std::string(43, '/'), std::string(100'000, 'A')})
            CPPUNIT_ASSERT(!SessionToken::parse(text));
        // Its last character carries four bits: one token has one text.
        CPPUNIT_ASSERT(!SessionToken::parse(right.substr(0, 42) + "N"));
    }

    void isWipedWhenMovedFrom() {
        auto first = SessionToken::generate();
        const auto text = first.revealForCookie();
        auto second = std::move(first);
        CPPUNIT_ASSERT_EQUAL(text, second.revealForCookie());
        CPPUNIT_ASSERT_EQUAL(kNothing, first.revealForCookie());  // NOLINT(bugprone-use-after-move)

        auto third = SessionToken::generate();
        third = std::move(second);
        CPPUNIT_ASSERT_EQUAL(text, third.revealForCookie());
        CPPUNIT_ASSERT_EQUAL(kNothing, second.revealForCookie());  // NOLINT(bugprone-use-after-move)
    }

    void cannotBeCopiedPrintedOrMixedUp() {
        CPPUNIT_ASSERT(!std::is_copy_constructible_v<SessionToken>);
        CPPUNIT_ASSERT(!std::is_copy_assignable_v<SessionToken>);
        CPPUNIT_ASSERT(!(std::is_convertible_v<DeviceToken, SessionToken>));
        CPPUNIT_ASSERT(!Printable<SessionToken>);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TokenTest);

}  // namespace
}  // namespace claviger::tests
