// No part of a body, and nothing that follows a request, becomes a request of the client's choice.

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

#include "tests/server/acceptor_fixture.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

// Forged requests, one after another. A reader that begins anywhere in them finds one soon.
std::string forgedRecords(std::size_t size, std::size_t alignment) {
    const auto forged = fcgiBytes({.target = "/forged"});
    std::string body(alignment, 'x');
    while (body.size() < size) body += forged + std::string(16 - forged.size() % 16, '\0');
    body.resize(size);
    return body;
}

std::size_t countForged(const AcceptorFixture& server) {
    const auto seen = server.seen();
    return static_cast<std::size_t>(
        std::count_if(seen.begin(), seen.end(), [](const auto& request) { return request.path == "/forged"; }));
}

class SmugglingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SmugglingTest);
    CPPUNIT_TEST(aBodyIsNeverParsedAsARequest);
    CPPUNIT_TEST(aBodyOverTheCapIsNeverParsedAsARequest);
    CPPUNIT_TEST(aBodyBehindAPipelinedRequestIsNeverParsedAsARequest);
    CPPUNIT_TEST(aPipelinedRequestIsAnsweredOrTheConnectionClosed);
    CPPUNIT_TEST(paddingBehindARequestIsNeverParsedAsARequest);
    CPPUNIT_TEST_SUITE_END();

    void aBodyIsNeverParsedAsARequest() {
        AcceptorFixture server(2);
        auto client = server.connect();
        std::size_t sent = 0;
        for (const std::size_t size : {8'192U, 20'000U, 65'536U, 65'537U, 300'000U, 1'048'576U})
            for (std::size_t alignment = 0; alignment < 16; ++alignment) {
                CPPUNIT_ASSERT(client.ask({.method = "POST", .body = forgedRecords(size, alignment)}));
                ++sent;
            }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, countForged(server));
        CPPUNIT_ASSERT_EQUAL(sent, server.count());
    }

    void aBodyOverTheCapIsNeverParsedAsARequest() {
        AcceptorFixture server(2);
        for (std::size_t alignment = 0; alignment < 16; ++alignment) {
            auto client = server.connect();
            client.send({.method = "POST", .body = forgedRecords(2'000'000, alignment)});
            CPPUNIT_ASSERT(client.receive());
            CPPUNIT_ASSERT(client.closesWithin(1s));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, server.count());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, countForged(server));
    }

    // libfcgi reads 8 KiB at a time and drops the bytes that it has read past the end of a request. Without care the
    // next request would begin somewhere in this body.
    void aBodyBehindAPipelinedRequestIsNeverParsedAsARequest() {
        AcceptorFixture server(2);
        for (std::size_t alignment = 0; alignment < 64; ++alignment) {
            auto client = server.connect();
            client.sendBytes(
                fcgiBytes({.target = "/first"}) +
                fcgiBytes({.method = "POST", .target = "/second", .body = forgedRecords(30'000, alignment)}));
            CPPUNIT_ASSERT(client.receive());
            client.receive();
            CPPUNIT_ASSERT(client.closesWithin(1s));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, countForged(server));
    }

    void aPipelinedRequestIsAnsweredOrTheConnectionClosed() {
        AcceptorFixture server(1);
        auto client = server.connect();
        client.sendBytes(fcgiBytes({.target = "/first"}) + fcgiBytes({.target = "/second"}));
        CPPUNIT_ASSERT(client.receive());
        CPPUNIT_ASSERT(client.receive() || client.closesWithin(1s));
        CPPUNIT_ASSERT(server.connect().ask({}));  // no thread hangs
    }

    void paddingBehindARequestIsNeverParsedAsARequest() {
        AcceptorFixture server(1);
        auto client = server.connect();
        client.sendBytes(fcgiHead({}) + fcgiRecord(5, "", 1, 200));
        CPPUNIT_ASSERT(client.receive());
        CPPUNIT_ASSERT(client.closesWithin(1s));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, server.count());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SmugglingTest);

}  // namespace
}  // namespace claviger::tests
