#include "domain/model/key_name.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::KeyName;

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

class KeyNameTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyNameTest);
    CPPUNIT_TEST(keepsAnOrdinaryName);
    CPPUNIT_TEST(trimsEveryKindOfWhiteSpace);
    CPPUNIT_TEST(keepsWhiteSpaceInside);
    CPPUNIT_TEST(refusesWhatIsEmptyAfterTrimming);
    CPPUNIT_TEST(takesOneToAHundredCodePointsHoweverManyBytes);
    CPPUNIT_TEST(countsAfterTrimming);
    CPPUNIT_TEST(refusesControlCharacters);
    CPPUNIT_TEST(takesFormatCharacters);
    CPPUNIT_TEST(refusesBadUtf8Anywhere);
    CPPUNIT_TEST(tellsNamesApartByteByByte);
    CPPUNIT_TEST_SUITE_END();

    static std::string parsed(const std::string& text) { return KeyName::parse(text).value().text(); }

    void keepsAnOrdinaryName() {
        CPPUNIT_ASSERT_EQUAL(std::string("Zapier"), parsed("Zapier"));
        CPPUNIT_ASSERT_EQUAL(std::string("Schlüssel 鍵 🔑"), parsed("Schlüssel 鍵 🔑"));
        CPPUNIT_ASSERT_EQUAL(std::string("<b>'\"&;--"), parsed("<b>'\"&;--"));
    }

    void trimsEveryKindOfWhiteSpace() {
        CPPUNIT_ASSERT_EQUAL(std::string("a"), parsed(" \t\r\n\va\f "));
        CPPUNIT_ASSERT_EQUAL(std::string("a"), parsed("\u00a0a\u00a0"));        // NO-BREAK SPACE
        CPPUNIT_ASSERT_EQUAL(std::string("a"), parsed("\u3000\u2003a\u2028"));  // wide, em, line separator
        CPPUNIT_ASSERT_EQUAL(std::string("a"), parsed("\u0085"
                                                      "a\u1680"));  // NEXT LINE is a control, yet trimmed
    }

    void keepsWhiteSpaceInside() { CPPUNIT_ASSERT_EQUAL(std::string("a  b\u00a0c"), parsed(" a  b\u00a0c ")); }

    void refusesWhatIsEmptyAfterTrimming() {
        for (const auto* text : {"", " ", "\t\r\n", "\u00a0\u3000\u2003"})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameRequired, KeyName::parse(text)));
    }

    void takesOneToAHundredCodePointsHoweverManyBytes() {
        CPPUNIT_ASSERT_EQUAL(std::string("x"), parsed("x"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{100}, parsed(repeated("x", 100)).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{400}, parsed(repeated("😀", 100)).size());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTooLong, KeyName::parse(repeated("x", 101))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTooLong, KeyName::parse(repeated("😀", 101))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTooLong, KeyName::parse(repeated("x", 60'000))));
    }

    void countsAfterTrimming() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{100}, parsed(repeated(" ", 500) + repeated("x", 100) + "\u00a0").size());
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kNameTooLong, KeyName::parse(repeated("x", 50) + " " + repeated("x", 50))));
    }

    void refusesControlCharacters() {
        for (const auto* text : {"a\nb", "a\tb", "a\x7f", "a\x1b[31mb", "a\u0085b", "a\u009f"})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameInvalid, KeyName::parse(text)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameInvalid, KeyName::parse(std::string_view("a\0b", 3))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameInvalid, KeyName::parse(std::string_view("\0", 1))));
    }

    void takesFormatCharacters() {
        CPPUNIT_ASSERT_EQUAL(std::string("a\u202e"
                                         "b"),
                             parsed("a\u202e"
                                    "b"));                              // RIGHT-TO-LEFT OVERRIDE
        CPPUNIT_ASSERT_EQUAL(std::string("\u200b"), parsed("\u200b"));  // only a ZERO WIDTH SPACE
        CPPUNIT_ASSERT_EQUAL(std::string("\ufeff"
                                         "a"),
                             parsed("\ufeff"
                                    "a"));
    }

    void refusesBadUtf8Anywhere() {
        for (const auto* text : {"\xff", "a\xc3", " \xc0\xaf ", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameInvalid, KeyName::parse(text)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameInvalid, KeyName::parse(repeated("x", 200) + "\xff")));
    }

    void tellsNamesApartByteByByte() {
        const auto parse = [](const char* text) { return KeyName::parse(text).value(); };
        CPPUNIT_ASSERT(parse("a") == parse(" a "));
        CPPUNIT_ASSERT(parse("a") != parse("A"));
        CPPUNIT_ASSERT(parse("\u00e9") != parse("e\u0301"));  // composed and decomposed: no normalisation
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyNameTest);

}  // namespace
}  // namespace claviger::tests
