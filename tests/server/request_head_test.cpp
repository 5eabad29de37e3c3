// The check of a connection's first bytes, before libfcgi reads them.

#include "fcgi/server/request_head.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

using fcgi::HeadState;
using fcgi::judgeHead;

const std::string kBegin = fcgiRecord(1, std::string("\0\1\1\0\0\0\0\0", 8));

class RequestHeadTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestHeadTest);
    CPPUNIT_TEST(isWholeFromTheEmptyParamsRecordOnAndPartialBefore);
    CPPUNIT_TEST(toleratesPadding);
    CPPUNIT_TEST(refusesAnotherVersionTypeOrRole);
    CPPUNIT_TEST(refusesRecordsOfAnotherTypeOrRequestInBetween);
    CPPUNIT_TEST(refusesLengthsThatReachPastTheParameters);
    CPPUNIT_TEST(refusesAHeadThatDoesNotEnd);
    CPPUNIT_TEST_SUITE_END();

    void isWholeFromTheEmptyParamsRecordOnAndPartialBefore() {
        const auto head = fcgiHead({});
        for (std::size_t size = 0; size < head.size(); ++size)
            CPPUNIT_ASSERT(judgeHead(head.substr(0, size)) == HeadState::kPartial);
        CPPUNIT_ASSERT(judgeHead(head) == HeadState::kWhole);
        CPPUNIT_ASSERT(judgeHead(head + "whatever comes next") == HeadState::kWhole);
    }

    void toleratesPadding() {
        const auto pair = std::string("\1\1ab", 4);
        const auto head = kBegin + fcgiRecord(4, pair, 1, 4) + fcgiRecord(4, "", 1, 8);
        CPPUNIT_ASSERT(judgeHead(head) == HeadState::kWhole);
        CPPUNIT_ASSERT(judgeHead(head.substr(0, head.size() - 1)) == HeadState::kPartial);
    }

    void refusesAnotherVersionTypeOrRole() {
        for (const std::string start : {"G", "GET / HTTP/1.1\r\n", "\2", "\1\4", "\1\11"})
            CPPUNIT_ASSERT(judgeHead(start) == HeadState::kForeign);
        const auto authorizer = fcgiRecord(1, std::string("\0\2\1\0\0\0\0\0", 8));
        CPPUNIT_ASSERT(judgeHead(authorizer) == HeadState::kForeign);
        CPPUNIT_ASSERT(judgeHead(fcgiRecord(1, std::string("\0\1", 2))) == HeadState::kForeign);
        CPPUNIT_ASSERT(judgeHead(fcgiRecord(1, std::string("\0\1\1\0\0\0\0\0", 8), 0)) == HeadState::kForeign);
    }

    void refusesRecordsOfAnotherTypeOrRequestInBetween() {
        for (const auto& strange : {fcgiRecord(9, "", 0), fcgiRecord(2, ""), fcgiRecord(5, ""), kBegin,
                                    fcgiRecord(4, "", 2), std::string("\2\4\0\1\0\0\0\0", 8)})
            CPPUNIT_ASSERT(judgeHead(kBegin + strange) == HeadState::kForeign);
    }

    void refusesLengthsThatReachPastTheParameters() {
        for (const std::string& pairs :
             {std::string("\5", 1), std::string("\1\2ab", 4), std::string("\377\377\377\377\0", 5),
              std::string("\1\377\377\377\377a", 6), std::string("\200\0\0", 3)})
            CPPUNIT_ASSERT(judgeHead(kBegin + fcgiRecord(4, pairs) + fcgiRecord(4, "")) == HeadState::kForeign);
    }

    void refusesAHeadThatDoesNotEnd() {
        std::string head = kBegin;
        while (head.size() < fcgi::kMaxHead) head += fcgiRecord(4, std::string(1000, '\0'));
        CPPUNIT_ASSERT(judgeHead(std::string_view(head).substr(0, fcgi::kMaxHead)) == HeadState::kForeign);
        CPPUNIT_ASSERT(judgeHead(std::string_view(head).substr(0, fcgi::kMaxHead - 1)) == HeadState::kPartial);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestHeadTest);

}  // namespace
}  // namespace claviger::tests
