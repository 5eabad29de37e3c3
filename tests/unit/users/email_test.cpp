#include "domain/model/email.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"

namespace claviger::tests {
namespace {

using domain::Email;
using domain::ErrorCode;

class EmailTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EmailTest);
    CPPUNIT_TEST(lowersAsciiLettersAndTrims);
    CPPUNIT_TEST(takesOtherLettersAsTheyAre);
    CPPUNIT_TEST(knowsItsLocalPart);
    CPPUNIT_TEST(refusesEveryOtherForm);
    CPPUNIT_TEST(takes254BytesAndNoMore);
    CPPUNIT_TEST_SUITE_END();

    void lowersAsciiLettersAndTrims() {
        CPPUNIT_ASSERT_EQUAL(std::string("ann.lee+x@example.com"),
                             Email::parse("  Ann.Lee+x@EXAMPLE.com\n").value().text());
        CPPUNIT_ASSERT(Email::parse("A@b").value() == Email::parse("a@B").value());
    }

    void takesOtherLettersAsTheyAre() {
        CPPUNIT_ASSERT_EQUAL(std::string("Ünal@bücher.example"), Email::parse("Ünal@bücher.example").value().text());
    }

    void knowsItsLocalPart() {
        CPPUNIT_ASSERT_EQUAL(std::string("ann"), Email::parse("Ann@example.com").value().localPart());
    }

    void refusesEveryOtherForm() {
        for (const auto* text : {"", " ", "ann", "@", "ann@", "@example.com", "a@b@c", "a b@c", "a@b c", "a\n@b",
                                 "a\x7f@b", "a\u00a0@b", "\xff@b", "a@b\xc3"})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Email::parse(text)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, Email::parse(std::string_view("a\0@b", 4))));
    }

    void takes254BytesAndNoMore() {
        const std::string domain = "@example.com";
        CPPUNIT_ASSERT(Email::parse(std::string(254 - domain.size(), 'a') + domain).ok());
        CPPUNIT_ASSERT(!Email::parse(std::string(255 - domain.size(), 'a') + domain).ok());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EmailTest);

}  // namespace
}  // namespace claviger::tests
