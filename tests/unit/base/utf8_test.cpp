#include "domain/base/utf8.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace claviger::tests {
namespace {

using domain::decodeUtf8;
using domain::encodeUtf8;
using domain::isControl;
using domain::isWhiteSpace;
using domain::trimWhiteSpace;

class Utf8Test : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(Utf8Test);
    CPPUNIT_TEST(everyCodePointComesBackAsItWas);
    CPPUNIT_TEST(readsTheFirstAndLastOfEachLength);
    CPPUNIT_TEST(refusesOverlongForms);
    CPPUNIT_TEST(refusesSurrogates);
    CPPUNIT_TEST(refusesWhatLiesAbove10Ffff);
    CPPUNIT_TEST(refusesTruncatedTexts);
    CPPUNIT_TEST(refusesStrayContinuationsAndBadLeads);
    CPPUNIT_TEST(refusesTheWholeTextForOneBadByte);
    CPPUNIT_TEST(keepsNulAsACharacter);
    CPPUNIT_TEST(knowsAllWhiteSpace);
    CPPUNIT_TEST(knowsAllControls);
    CPPUNIT_TEST(trimsBothEndsAndNothingInside);
    CPPUNIT_TEST_SUITE_END();

    void everyCodePointComesBackAsItWas() {
        for (char32_t c = 0; c <= 0x10ffff; ++c) {
            if (c >= 0xd800 && c <= 0xdfff) continue;
            const std::u32string point(1, c);
            const auto decoded = decodeUtf8(encodeUtf8(point));
            if (!decoded || *decoded != point) CPPUNIT_FAIL("code point " + std::to_string(static_cast<unsigned>(c)));
        }
    }

    void readsTheFirstAndLastOfEachLength() {
        const auto decoded = decodeUtf8("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
        CPPUNIT_ASSERT(decoded.has_value());
        CPPUNIT_ASSERT(*decoded == U"\x7f\x80\x7ff\x800\xffff\x10000\x10ffff");
    }

    void refusesOverlongForms() {
        for (const auto* text : {"\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf",
                                 "\xf0\x8f\xbf\xbf", "\xc0\x80"})
            CPPUNIT_ASSERT(!decodeUtf8(text));
    }

    void refusesSurrogates() {
        for (const auto* text : {"\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80"})
            CPPUNIT_ASSERT(!decodeUtf8(text));
        CPPUNIT_ASSERT(decodeUtf8("\xed\x9f\xbf\xee\x80\x80"));  // their neighbours
    }

    void refusesWhatLiesAbove10Ffff() {
        for (const auto* text :
             {"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf7\xbf\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfe", "\xff"})
            CPPUNIT_ASSERT(!decodeUtf8(text));
    }

    void refusesTruncatedTexts() {
        for (const auto* text : {"\xc3", "\xe2\x82", "\xe2", "\xf0\x9f\x98", "\xf0\x9f", "\xf0", "a\xf0\x9f\x98"})
            CPPUNIT_ASSERT(!decodeUtf8(text));
    }

    void refusesStrayContinuationsAndBadLeads() {
        for (const auto* text : {"\x80", "\xbf", "a\x80", "\xc3\x28", "\xe2\x28\xa1", "\xe2\x82\x28", "\xc3\xc3\xa9"})
            CPPUNIT_ASSERT(!decodeUtf8(text));
    }

    void refusesTheWholeTextForOneBadByte() { CPPUNIT_ASSERT(!decodeUtf8("good until \xff here")); }

    void keepsNulAsACharacter() {
        const auto decoded = decodeUtf8(std::string_view("a\0b", 3));
        CPPUNIT_ASSERT(decoded.has_value());
        CPPUNIT_ASSERT(*decoded == std::u32string(U"a\0b", 3));
    }

    void knowsAllWhiteSpace() {
        const std::u32string white =
            U"\t\n\v\f\r \x85\xa0\x1680\x2000\x2001\x2002\x2003\x2004\x2005\x2006\x2007\x2008\x2009\x200a"
            U"\x2028\x2029\x202f\x205f\x3000";
        CPPUNIT_ASSERT_EQUAL(std::size_t{25}, white.size());
        for (char32_t c = 0; c <= 0x10ffff; ++c) {
            const bool listed = white.find(c) != std::u32string::npos;
            if (isWhiteSpace(c) != listed) CPPUNIT_FAIL("code point " + std::to_string(static_cast<unsigned>(c)));
        }
    }

    void knowsAllControls() {
        for (char32_t c = 0; c <= 0x10ffff; ++c) {
            const bool listed = c < 0x20 || (c >= 0x7f && c < 0xa0);
            if (isControl(c) != listed) CPPUNIT_FAIL("code point " + std::to_string(static_cast<unsigned>(c)));
        }
    }

    void trimsBothEndsAndNothingInside() {
        CPPUNIT_ASSERT(trimWhiteSpace(U"\xa0\t a \x3000 b\n\x2003") == U"a \x3000 b");
        CPPUNIT_ASSERT(trimWhiteSpace(U"a") == U"a");
        CPPUNIT_ASSERT(trimWhiteSpace(U" \x85 ").empty());
        CPPUNIT_ASSERT(trimWhiteSpace(U"").empty());
        CPPUNIT_ASSERT(trimWhiteSpace(U"\x200b") == U"\x200b");  // ZERO WIDTH SPACE is none
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(Utf8Test);

}  // namespace
}  // namespace claviger::tests
