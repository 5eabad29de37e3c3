#include "domain/secrets/plain_key.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <type_traits>

#include "tests/support/printable.h"

namespace claviger::tests {
namespace {

using domain::secrets::PlainKey;

// Made with zlib's crc32, outside this code base.
constexpr auto kKnown = "pk_live_abcdefghijklmnopqrstuvwxyzABCDEF1ofHP0";                  // CRC-32 1664787978
constexpr auto kKnownWithLeadingZeros = "pk_live_0000000000000000000000000000027200O8P7";  // CRC-32 5752181

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// The CRC-32 of zlib bit by bit, as RFC 1952 defines it: another way to the same number.
std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

std::string revealed(const PlainKey& key) {
    return std::string(key.revealForResponse());
}

std::string wiped() {
    return std::string(PlainKey::kLength, '\0');
}

class PlainKeyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PlainKeyTest);
    CPPUNIT_TEST(hasTheForm);
    CPPUNIT_TEST(hasTheChecksumOfZlib);
    CPPUNIT_TEST(acceptsKeysMadeElsewhere);
    CPPUNIT_TEST(neverRepeats);
    CPPUNIT_TEST(usesAllOfBase62Evenly);
    CPPUNIT_TEST(showsTheFirstTwelveCharacters);
    CPPUNIT_TEST(refusesAnyOneCharacterChanged);
    CPPUNIT_TEST(refusesEveryOtherForm);
    CPPUNIT_TEST(isWipedWhenMovedFrom);
    CPPUNIT_TEST(cannotBeCopiedOrPrinted);
    CPPUNIT_TEST_SUITE_END();

    void hasTheForm() {
        for (int i = 0; i < 1000; ++i) {
            const auto text = revealed(PlainKey::generate());
            CPPUNIT_ASSERT_EQUAL(std::size_t{46}, text.size());
            CPPUNIT_ASSERT_EQUAL(std::string("pk_live_"), text.substr(0, 8));
            CPPUNIT_ASSERT(text.find_first_not_of(kBase62, 8) == std::string::npos);
            CPPUNIT_ASSERT(PlainKey::parse(text).has_value());
        }
    }

    void hasTheChecksumOfZlib() {
        CPPUNIT_ASSERT_EQUAL(0xcbf43926U, crc32("123456789"));  // the published check value
        for (int i = 0; i < 1000; ++i) {
            const auto text = revealed(PlainKey::generate());
            std::uint64_t number = 0;
            for (const char digit : text.substr(40)) number = number * 62 + kBase62.find(digit);
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{crc32(text.substr(0, 40))}, number);
        }
    }

    void acceptsKeysMadeElsewhere() {
        CPPUNIT_ASSERT_EQUAL(std::string(kKnown), revealed(PlainKey::parse(kKnown).value()));
        CPPUNIT_ASSERT(PlainKey::parse(kKnownWithLeadingZeros).has_value());
    }

    void neverRepeats() {
        std::set<std::string> made;
        for (int i = 0; i < 10'000; ++i) made.insert(revealed(PlainKey::generate()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{10'000}, made.size());
    }

    void usesAllOfBase62Evenly() {
        std::array<int, 62> seen{};
        constexpr int kKeys = 10'000;
        for (int i = 0; i < kKeys; ++i)
            for (const char c : revealed(PlainKey::generate()).substr(8, 32)) ++seen[kBase62.find(c)];
        // 5,161 of each are expected; eight standard deviations are 571.
        for (const int count : seen) CPPUNIT_ASSERT(count > 4590 && count < 5732);
    }

    void showsTheFirstTwelveCharacters() {
        CPPUNIT_ASSERT_EQUAL(std::string("pk_live_abcd"), PlainKey::parse(kKnown).value().shownPrefix());
    }

    void refusesAnyOneCharacterChanged() {
        const std::string right = kKnown;
        for (std::size_t place = 0; place < right.size(); ++place) {
            for (const char other : kBase62) {
                auto wrong = right;
                wrong[place] = other;
                if (wrong != right) CPPUNIT_ASSERT_MESSAGE(wrong, !PlainKey::parse(wrong));
            }
        }
        auto swapped = right;
        std::swap(swapped[20], swapped[21]);
        CPPUNIT_ASSERT(!PlainKey::parse(swapped));
    }

    void refusesEveryOtherForm() {
        const std::string right = kKnown;
        for (const auto& text :
             {std::string(), right + "0", right.substr(0, 45), " " + right, right + "\n", "PK_LIVE_" + right.substr(8),
              "pk_test_" + right.substr(8), right.substr(8), std::string(46, 'a'), right.substr(0, 45) + "-",
              right.substr(0, 45) + std::string(1, '\0'), std::string(100'000, 'x')})
            CPPUNIT_ASSERT(!PlainKey::parse(text));
    }

    void isWipedWhenMovedFrom() {
        auto first = PlainKey::generate();
        const auto text = revealed(first);
        auto second = std::move(first);
        CPPUNIT_ASSERT_EQUAL(text, revealed(second));
        CPPUNIT_ASSERT(revealed(first) == wiped());  // NOLINT(bugprone-use-after-move): it is what is promised

        auto third = PlainKey::generate();
        third = std::move(second);
        CPPUNIT_ASSERT_EQUAL(text, revealed(third));
        CPPUNIT_ASSERT(revealed(second) == wiped());  // NOLINT(bugprone-use-after-move)

        auto& itself = third;
        third = std::move(itself);
        CPPUNIT_ASSERT_EQUAL(text, revealed(third));
    }

    void cannotBeCopiedOrPrinted() {
        CPPUNIT_ASSERT(!std::is_copy_constructible_v<PlainKey>);
        CPPUNIT_ASSERT(!std::is_copy_assignable_v<PlainKey>);
        CPPUNIT_ASSERT(!(std::is_convertible_v<PlainKey, std::string>));
        CPPUNIT_ASSERT(!(std::is_convertible_v<PlainKey, std::string_view>));
        CPPUNIT_ASSERT(!Printable<PlainKey>);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PlainKeyTest);

}  // namespace
}  // namespace claviger::tests
