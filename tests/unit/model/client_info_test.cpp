#include "domain/model/client_info.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

namespace claviger::tests {

using domain::programOf;
using domain::userAgentOf;

class ClientInfoTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ClientInfoTest);
    CPPUNIT_TEST(namesAProgramByItsFirstProduct);
    CPPUNIT_TEST(namesNobodyWhoSaysNothing);
    CPPUNIT_TEST(namesABrowserAsOne);
    CPPUNIT_TEST(keepsPrintableCharactersAloneAndNotTooMany);
    CPPUNIT_TEST_SUITE_END();

    void namesAProgramByItsFirstProduct() {
        CPPUNIT_ASSERT_EQUAL(std::string("Zapier"), programOf("Zapier"));
        CPPUNIT_ASSERT_EQUAL(std::string("curl"), programOf("curl/7.88.1"));
        CPPUNIT_ASSERT_EQUAL(std::string("python-requests"), programOf("python-requests/2.31.0 (linux)"));
        CPPUNIT_ASSERT_EQUAL(std::string("n8n"), programOf("  n8n; +https://n8n.io"));
        CPPUNIT_ASSERT_EQUAL(std::string(40, 'x'), programOf(std::string(100, 'x')));
    }

    void namesNobodyWhoSaysNothing() {
        for (const auto* agent : {"", " ", "/1.0", "(a comment)"})
            CPPUNIT_ASSERT_EQUAL(std::string(), programOf(agent));
    }

    void namesABrowserAsOne() {
        CPPUNIT_ASSERT_EQUAL(std::string("Browser"), programOf("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"));
    }

    void keepsPrintableCharactersAloneAndNotTooMany() {
        CPPUNIT_ASSERT_EQUAL(std::string("a b"), userAgentOf("\x01"
                                                             "a\t b\x7f\xC3\xA9\n"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{200}, userAgentOf(std::string(5000, 'x')).size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClientInfoTest);

}  // namespace claviger::tests
