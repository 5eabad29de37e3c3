// Bodies: whole, too large, cut short.

#include <cppunit/extensions/HelperMacros.h>

#include "tests/server/acceptor_fixture.h"
#include "tests/server/eventually.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;
using fcgi::BodyState;
using fcgi::Request;

class BodyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(BodyTest);
    CPPUNIT_TEST(arrivesWholeUpToTheLimit);
    CPPUNIT_TEST(isNoneWithoutALength);
    CPPUNIT_TEST(isTooLargeOverTheLimitAndTheConnectionGoesOn);
    CPPUNIT_TEST(isGivenUpOverOneMebibyte);
    CPPUNIT_TEST(isCutShortWhereTheLengthDiffersOrIsNoPlainNumber);
    CPPUNIT_TEST(isCutShortWhereThePeerLeaves);
    CPPUNIT_TEST(isGivenUpWhereItDribbles);
    CPPUNIT_TEST(isGivenUpWhereOnlyHeadersAndPaddingDribble);
    CPPUNIT_TEST_SUITE_END();

    static Request sent(FcgiRequest request) {
        AcceptorFixture server(1);
        auto client = server.connect();
        CPPUNIT_ASSERT(client.ask(request));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, server.count());
        CPPUNIT_ASSERT(client.ask({.target = "/next"}));  // the connection is in step after any body
        CPPUNIT_ASSERT_EQUAL(std::string("/next"), server.seen().back().path);
        return server.seen().front();
    }

    void arrivesWholeUpToTheLimit() {
        for (const std::size_t size : {std::size_t{1}, std::size_t{8191}, std::size_t{8192}, Request::kMaxBody}) {
            std::string body(size, 'b');
            body.front() = '\0';
            const auto request = sent({.method = "POST", .body = body});
            CPPUNIT_ASSERT(request.bodyState == BodyState::kWhole);
            CPPUNIT_ASSERT(request.body == body);
        }
    }

    void isNoneWithoutALength() {
        const auto request = sent({.contentLength = ""});
        CPPUNIT_ASSERT(request.bodyState == BodyState::kWhole);
        CPPUNIT_ASSERT_EQUAL(std::string(), request.body);
    }

    void isTooLargeOverTheLimitAndTheConnectionGoesOn() {
        for (const std::size_t size : {Request::kMaxBody + 1, std::size_t{1024 * 1024}}) {
            const auto request = sent({.method = "POST", .body = std::string(size, 'b')});
            CPPUNIT_ASSERT(request.bodyState == BodyState::kTooLarge);
            CPPUNIT_ASSERT_EQUAL(std::string(), request.body);
        }
    }

    void isGivenUpOverOneMebibyte() {
        AcceptorFixture server(1);
        auto client = server.connect();
        client.send({.method = "POST", .body = std::string(4 * 1024 * 1024, 'b')});
        CPPUNIT_ASSERT(client.receive());
        CPPUNIT_ASSERT(client.closesWithin(1s));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, server.count());
        CPPUNIT_ASSERT(server.seen().front().bodyState == BodyState::kTooLarge);
    }

    void isCutShortWhereTheLengthDiffersOrIsNoPlainNumber() {
        for (const auto* length :
             {"2", "4", "", "-3", "+3", " 3", "3 ", "0x3", "3,3", "99999999999999999999", "many"}) {
            const auto request = sent({.method = "POST", .body = "abc", .contentLength = length});
            CPPUNIT_ASSERT_MESSAGE(length, request.bodyState == BodyState::kCutShort);
            CPPUNIT_ASSERT_EQUAL(std::string(), request.body);
        }
    }

    void isCutShortWhereThePeerLeaves() {
        AcceptorFixture server(1);
        auto client = server.connect();
        const FcgiRequest request{.method = "POST", .body = std::string(100, 'b')};
        client.sendBytes(fcgiHead(request) + fcgiRecord(5, request.body));  // as announced, yet the stream does not end
        client.closeSending();
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 1; }));
        CPPUNIT_ASSERT(server.seen().front().bodyState == BodyState::kCutShort);
        CPPUNIT_ASSERT(client.closesWithin(1s));
    }

    void isGivenUpWhereItDribbles() {
        AcceptorFixture server(1);
        auto client = server.connect();
        client.sendBytes(fcgiHead({.method = "POST", .contentLength = "1000"}));
        const auto begun = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT(eventually([&] { return !client.sendBytes(fcgiRecord(5, "x")) || server.count() == 1; }));
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 1; }, 1s));
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < 7s);
        CPPUNIT_ASSERT(server.seen().front().bodyState == BodyState::kCutShort);
    }

    // Bytes without content keep libfcgi reading, so that it returns no block.
    void isGivenUpWhereOnlyHeadersAndPaddingDribble() {
        std::string foreign;
        while (foreign.size() < 300) foreign += fcgiRecord(5, "x", 2);
        AcceptorFixture server(2);
        auto padded = server.connect(), strange = server.connect();
        for (auto* const client : {&padded, &strange}) client->sendBytes(fcgiHead({.method = "POST"}));
        padded.sendBytes(fcgiRecord(5, "", 2));
        const auto padding = fcgiRecord(5, "", 2, 255);
        const auto begun = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < padding.size() && server.count() < 2; ++i) {
            padded.sendBytes(padding.substr(i, 1));
            strange.sendBytes(foreign.substr(i, 1));
            std::this_thread::sleep_for(50ms);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, server.count());
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < 7s);
        for (const auto& request : server.seen()) CPPUNIT_ASSERT(request.bodyState == BodyState::kCutShort);
        CPPUNIT_ASSERT(padded.closesWithin(1s) && strange.closesWithin(1s));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BodyTest);

}  // namespace
}  // namespace claviger::tests
