#include "domain/secrets/password.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "domain/secrets/password_hasher.h"
#include "tests/support/little_memory.h"
#include "tests/support/printable.h"
#include "tests/support/refusals.h"
#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::secrets::HashingQueue;
using domain::secrets::Password;
using domain::secrets::PasswordCost;
using domain::secrets::PasswordHasher;

constexpr PasswordCost kCheap{8, 1};

class PasswordTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PasswordTest);
    CPPUNIT_TEST(takes12To1024Bytes);
    CPPUNIT_TEST(countsBytesNotCharacters);
    CPPUNIT_TEST(refusesNul);
    CPPUNIT_TEST(refusesAnotherEncodingThanUtf8);
    CPPUNIT_TEST(neverRepeatsThePasswordInARefusal);
    CPPUNIT_TEST(takesAnyTextAsAnAttempt);
    CPPUNIT_TEST(keepsItsTextWhenMoved);
    CPPUNIT_TEST(needsNoMemoryToBeMoved);
    CPPUNIT_TEST(leavesNoCharacterBehindWhenMoved);
    CPPUNIT_TEST(cannotBeCopiedOrPrinted);
    CPPUNIT_TEST_SUITE_END();

    void takes12To1024Bytes() {
        CPPUNIT_ASSERT(Password::choose(std::string(12, 'x')).ok());
        CPPUNIT_ASSERT(Password::choose(std::string(1024, 'x')).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Password::choose(std::string(11, 'x'))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Password::choose(std::string(1025, 'x'))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Password::choose("")));
    }

    void countsBytesNotCharacters() {
        CPPUNIT_ASSERT(Password::choose("😀😀😀").ok());
        CPPUNIT_ASSERT(Password::choose("            ").ok());
    }

    void refusesNul() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Password::choose(std::string("123456\0789012", 13))));
    }

    void refusesAnotherEncodingThanUtf8() {
        const auto refused = Password::choose("schl\xfcssel-bund-kasten");
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, refused));
        CPPUNIT_ASSERT(refused.error().detail.find("UTF-8") != std::string::npos);
        CPPUNIT_ASSERT(refused.error().detail.find("bund") == std::string::npos);
        CPPUNIT_ASSERT(Password::choose("schl\xc3\xbcssel-bund-kasten").ok());
    }

    void neverRepeatsThePasswordInARefusal() {
        const auto refused = Password::choose("hunter2");
        CPPUNIT_ASSERT(refused.error().detail.find("hunter2") == std::string::npos);
    }

    void takesAnyTextAsAnAttempt() {
        Password::attempt("");
        Password::attempt(std::string(100'000, 'x'));
    }

    void keepsItsTextWhenMoved() {
        const TemporaryFolder folder;
        HashingQueue queue(folder.path());
        const auto permit = std::move(*queue.enter({})).permit();
        const PasswordHasher hasher(kCheap);
        for (const auto* text : {"short and old", "a long password that no small string could ever hold in itself"}) {
            const auto stored = hasher.hash(Password::attempt(text));
            auto first = Password::attempt(text);
            auto second = std::move(first);
            CPPUNIT_ASSERT(hasher.matches(*permit, second, stored));
            CPPUNIT_ASSERT(!hasher.matches(*permit, first, stored));  // NOLINT(bugprone-use-after-move): it is empty

            auto third = Password::attempt("something else");
            third = std::move(second);
            CPPUNIT_ASSERT(hasher.matches(*permit, third, stored));
            CPPUNIT_ASSERT(!hasher.matches(*permit, second, stored));  // NOLINT(bugprone-use-after-move)
        }
    }

    // A move throws nothing, so an allocation that fails in it would end the process.
    void needsNoMemoryToBeMoved() {
        constexpr std::size_t kLong = std::size_t{64} << 20;
        auto first = Password::attempt(std::string(kLong, 'x'));
        auto third = Password::attempt("something else");
        const LittleMemory little(kLong / 4);
        auto second = std::move(first);
        third = std::move(second);
    }

    void leavesNoCharacterBehindWhenMoved() {
        const std::string_view shortText = "hunter2hunter2";
        auto first = Password::attempt(std::string(shortText));
        auto second = std::move(first);
        CPPUNIT_ASSERT(!holds(first, shortText));
        auto third = Password::attempt("something else");
        third = std::move(second);
        CPPUNIT_ASSERT(!holds(second, shortText));
        CPPUNIT_ASSERT(holds(third, shortText));
    }
    // Whether the object's own bytes hold the text, as those of a short one do.
    static bool holds(const Password& password, std::string_view text) {
        return ::memmem(&password, sizeof password, text.data(), text.size()) != nullptr;
    }

    void cannotBeCopiedOrPrinted() {
        CPPUNIT_ASSERT(!std::is_copy_constructible_v<Password>);
        CPPUNIT_ASSERT(!std::is_copy_assignable_v<Password>);
        CPPUNIT_ASSERT(!Printable<Password>);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordTest);

}  // namespace
}  // namespace claviger::tests
