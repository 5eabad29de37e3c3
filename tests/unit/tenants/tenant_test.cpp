#include "domain/model/tenant.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::HostName;
using domain::SchemaName;
using domain::TenantSlug;

class TenantTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TenantTest);
    CPPUNIT_TEST(takesSlugsOfTheForm);
    CPPUNIT_TEST(refusesEveryOtherSlug);
    CPPUNIT_TEST(lowersHostNames);
    CPPUNIT_TEST(refusesEveryOtherHostName);
    CPPUNIT_TEST(takesHostNamesUpToTheirLongest);
    CPPUNIT_TEST(readsTheHostOfAnAuthority);
    CPPUNIT_TEST(refusesEveryOtherAuthority);
    CPPUNIT_TEST(namesASchemaAfterItsSlug);
    CPPUNIT_TEST(refusesSchemaNamesThatCouldLeaveTheirQuotes);
    CPPUNIT_TEST_SUITE_END();

    void takesSlugsOfTheForm() {
        for (const auto* text : {"ab", "acme", "a1", "a-", "acme-2-go", "abcdefghijklmnopqrstuvwxyz01234"})
            CPPUNIT_ASSERT_EQUAL(std::string(text), TenantSlug::parse(text).value().text());
    }

    void refusesEveryOtherSlug() {
        for (const auto* text : {"", "a", "1a", "-a", "Acme", "ac me", "ac_me", "ac.me", "acmé", "a\n", "ab\n", "a`b",
                                 "a'b", "a%", "abcdefghijklmnopqrstuvwxyz012345"})
            CPPUNIT_ASSERT_MESSAGE(text, refusedWith(ErrorCode::kInvalidArgument, TenantSlug::parse(text)));
        CPPUNIT_ASSERT(!TenantSlug::parse(std::string_view("ab\0", 3)).ok());
    }

    void lowersHostNames() {
        CPPUNIT_ASSERT_EQUAL(std::string("acme.example.com"), HostName::parse("ACME.Example.com").value().text());
        CPPUNIT_ASSERT_EQUAL(std::string("localhost"), HostName::parse("localhost").value().text());
        CPPUNIT_ASSERT_EQUAL(std::string("xn--bcher-kva.example"),
                             HostName::parse("xn--bcher-kva.example").value().text());
        CPPUNIT_ASSERT(HostName::parse("A.b").value() == HostName::parse("a.B").value());
    }

    void refusesEveryOtherHostName() {
        for (const auto* text : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b.c", "a_b", "a b", "a:80", "a/b",
                                 "bücher.example", "[::1]", "a\n", "a*b", "*"})
            CPPUNIT_ASSERT_MESSAGE(text, refusedWith(ErrorCode::kInvalidArgument, HostName::parse(text)));
        CPPUNIT_ASSERT(!HostName::parse(std::string_view("a\0b", 3)).ok());
    }

    void takesHostNamesUpToTheirLongest() {
        const std::string label(63, 'a');
        CPPUNIT_ASSERT(HostName::parse(label + ".b").ok());
        CPPUNIT_ASSERT(!HostName::parse(label + "a.b").ok());

        const auto longest = label + "." + label + "." + label + "." + std::string(61, 'a');
        CPPUNIT_ASSERT_EQUAL(std::size_t{253}, longest.size());
        CPPUNIT_ASSERT(HostName::parse(longest).ok());
        CPPUNIT_ASSERT(!HostName::parse(longest + "a").ok());
    }

    void readsTheHostOfAnAuthority() {
        for (const auto* text : {"acme.localhost", "acme.localhost:8080", "ACME.localhost:1", "acme.localhost:65535"})
            CPPUNIT_ASSERT_EQUAL(std::string("acme.localhost"), HostName::parseAuthority(text).value().text());
    }

    void refusesEveryOtherAuthority() {
        for (const auto* text :
             {"", ":80", "a:", "a:b", "a:80:80", "a:-1", "a: 80", "a:123456", "user@a", "a/b:80", "[::1]:80"})
            CPPUNIT_ASSERT_MESSAGE(text, refusedWith(ErrorCode::kInvalidArgument, HostName::parseAuthority(text)));
    }

    void namesASchemaAfterItsSlug() {
        CPPUNIT_ASSERT_EQUAL(std::string("claviger_t_acme_2_go"),
                             SchemaName::of(TenantSlug::parse("acme-2-go").value()).text());
        CPPUNIT_ASSERT_EQUAL(std::string("claviger_t_acme"), SchemaName::parse("claviger_t_acme").value().text());
        CPPUNIT_ASSERT(SchemaName::parse("claviger_t_acme_2_go").ok());
    }

    void refusesSchemaNamesThatCouldLeaveTheirQuotes() {
        for (const auto* text : {"", "claviger", "claviger_t_", "claviger_t_a", "claviger_t_a-b", "claviger_t_Acme",
                                 "mysql", "acme", "claviger_t_acme`.x", "claviger_t_acme;", "claviger_t_acme\n",
                                 "claviger_t__a", "claviger_t_ac me", "xclaviger_t_acme", "claviger_t"})
            CPPUNIT_ASSERT_MESSAGE(text, refusedWith(ErrorCode::kInvalidArgument, SchemaName::parse(text)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TenantTest);

}  // namespace
}  // namespace claviger::tests
