// Connections and threads: no client waits for the connection of another one.

#include "fcgi/server/acceptor.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/resource.h>
#include <unistd.h>

#include <list>
#include <new>
#include <optional>
#include <stdexcept>

#include "tests/server/acceptor_fixture.h"
#include "tests/server/eventually.h"
#include "tests/server/planted_faults.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kAtOnce = 1s;  // well under the 5 s after which a slow peer is given up

// While it exists, this process can open `more` additional files.
class DescriptorLimit {
public:
    explicit DescriptorLimit(rlim_t more) {
        const fcgi::Fd lowest(::dup(STDIN_FILENO));
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit now{static_cast<rlim_t>(lowest.get()) + more, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

class AcceptorTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AcceptorTest);
    CPPUNIT_TEST(servesRequestAfterRequestOnAKeptConnection);
    CPPUNIT_TEST(closesWhereKeepingWasNotAskedFor);
    CPPUNIT_TEST(servesMoreKeptConnectionsThanThreads);
    CPPUNIT_TEST(servesPastSilentConnections);
    CPPUNIT_TEST(servesPastHalfHeads);
    CPPUNIT_TEST(servesAHeadThatComesByteByByte);
    CPPUNIT_TEST(givesUpAHalfHead);
    CPPUNIT_TEST(closesOnGarbageAndRunsNothing);
    CPPUNIT_TEST(answersHeadWithoutABody);
    CPPUNIT_TEST(takesTheFirstOfRepeatedParametersAndAllOfRepeatedHeaders);
    CPPUNIT_TEST(sendsALargeAnswerWhole);
    CPPUNIT_TEST(survivesAClientThatLeavesBeforeTheAnswer);
    CPPUNIT_TEST(asksTheIdleToLeaveWhereDescriptorsRunOut);
    CPPUNIT_TEST(listensAgainWhereEpollRefusesForAWhile);
    CPPUNIT_TEST(closesAConnectionThatItHasNoMemoryToPostpone);
    CPPUNIT_TEST(answers500ForAnExceptionAndKeepsTheConnection);
    CPPUNIT_TEST(answers503WhereTheApplicationHasNoMemory);
    CPPUNIT_TEST_SUITE_END();

    void servesRequestAfterRequestOnAKeptConnection() {
        AcceptorFixture server(2);
        auto client = server.connect();
        for (int i = 0; i < 100; ++i) {
            const auto answer = client.ask({.target = "/" + std::to_string(i)});
            CPPUNIT_ASSERT(answer);
            CPPUNIT_ASSERT_EQUAL(200, answer->status);
        }
        CPPUNIT_ASSERT_EQUAL(std::string("/99"), server.seen().back().path);
    }

    void closesWhereKeepingWasNotAskedFor() {
        AcceptorFixture server(2);
        auto client = server.connect();
        CPPUNIT_ASSERT(client.ask({.keep = false}));
        CPPUNIT_ASSERT(client.closesWithin(kAtOnce));
    }

    void servesMoreKeptConnectionsThanThreads() {
        AcceptorFixture server(2);
        std::list<FcgiClient> clients;
        for (int i = 0; i < 200; ++i) clients.push_back(server.connect());
        for (int round = 0; round < 3; ++round)
            for (auto& client : clients) CPPUNIT_ASSERT(client.ask({}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{600}, server.count());
    }

    void servesPastSilentConnections() {
        AcceptorFixture server(2);
        std::list<FcgiClient> silent;
        for (int i = 0; i < 50; ++i) silent.push_back(server.connect());
        auto client = server.connect();
        CPPUNIT_ASSERT(client.send({}) && client.receive(kAtOnce));
    }

    void servesPastHalfHeads() {
        AcceptorFixture server(2);
        const auto head = fcgiHead({});
        std::list<FcgiClient> slow;
        for (std::size_t i = 1; i <= 50; ++i) {
            slow.push_back(server.connect());
            slow.back().sendBytes(head.substr(0, i * head.size() / 51));
        }
        auto client = server.connect();
        for (int i = 0; i < 20; ++i) CPPUNIT_ASSERT(client.send({}) && client.receive(kAtOnce));
        CPPUNIT_ASSERT_EQUAL(std::size_t{20}, server.count());
    }

    void servesAHeadThatComesByteByByte() {
        AcceptorFixture server(1);
        auto client = server.connect();
        for (const char byte : fcgiBytes({.target = "/slow"}))
            CPPUNIT_ASSERT(client.sendBytes(std::string_view(&byte, 1)));
        CPPUNIT_ASSERT(client.receive());
        CPPUNIT_ASSERT_EQUAL(std::string("/slow"), server.seen().back().path);
    }

    void givesUpAHalfHead() {
        AcceptorFixture server(1);
        auto client = server.connect();
        const auto head = fcgiHead({});
        client.sendBytes(head.substr(0, head.size() / 2));
        CPPUNIT_ASSERT(!client.closesWithin(4s));
        CPPUNIT_ASSERT(client.closesWithin(3s));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.count());
    }

    void closesOnGarbageAndRunsNothing() {
        AcceptorFixture server(2);
        for (const std::string garbage : {"GET / HTTP/1.1\r\n\r\n", "x", "\1\5\0\1\0\0\0\0", "\1\11\0\0\0\0\0\0"}) {
            auto client = server.connect();
            client.sendBytes(garbage + fcgiBytes({}));
            CPPUNIT_ASSERT(client.closesWithin(kAtOnce));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.count());
        CPPUNIT_ASSERT(server.connect().ask({}));
    }

    void answersHeadWithoutABody() {
        AcceptorFixture server(1);
        auto client = server.connect();
        CPPUNIT_ASSERT_EQUAL(std::string(), client.ask({.method = "HEAD"})->body);
        CPPUNIT_ASSERT_EQUAL(std::string("{}"), client.ask({.method = "GET"})->body);
    }

    void takesTheFirstOfRepeatedParametersAndAllOfRepeatedHeaders() {
        AcceptorFixture server(1);
        auto client = server.connect();
        CPPUNIT_ASSERT(client.ask({.target = "/mine",
                                   .more = {{"CLAVIGER_TARGET", "/theirs"},
                                            {"HTTP_A", "1"},
                                            {"HTTP_A", "2"},
                                            {"HTTP_COOKIE", "a=1"},
                                            {"HTTP_COOKIE", "b=2"}}}));
        CPPUNIT_ASSERT_EQUAL(std::string("/mine"), server.seen().back().path);
        CPPUNIT_ASSERT_EQUAL(std::string_view("1, 2"), server.seen().back().header("a").value());
        CPPUNIT_ASSERT_EQUAL(std::string_view("a=1; b=2"), server.seen().back().header("cookie").value());
    }

    void sendsALargeAnswerWhole() {
        std::string large;
        for (int i = 0; i < 500'000; ++i) large += std::to_string(i);
        AcceptorFixture server(1, [&](const fcgi::Request&) { return fcgi::Response::page(200, large); });
        auto client = server.connect();
        for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT(client.ask({})->body == large);
    }

    void survivesAClientThatLeavesBeforeTheAnswer() {
        const std::string large(3'000'000, 'x');
        AcceptorFixture server(1, [&](const fcgi::Request&) { return fcgi::Response::page(200, large); });
        for (int i = 0; i < 5; ++i) server.connect().send({});
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 5; }));
        CPPUNIT_ASSERT(server.connect().ask({})->body == large);
    }

    void asksTheIdleToLeaveWhereDescriptorsRunOut() {
        AcceptorFixture server(2);
        std::list<FcgiClient> kept;
        for (int i = 0; i < 5; ++i) {
            kept.push_back(server.connect());
            CPPUNIT_ASSERT(kept.back().ask({}));
        }
        const DescriptorLimit oneMore(1);
        auto late = server.connect();  // takes the last descriptor: there is none to accept it with
        CPPUNIT_ASSERT(late.send({.target = "/late"}));
        for (auto& client : kept) CPPUNIT_ASSERT(eventually([&] { return client.isSpent(); }, kAtOnce));
        kept.clear();  // as nginx does when it sees that
        CPPUNIT_ASSERT(late.receive(kAtOnce));
        CPPUNIT_ASSERT_EQUAL(std::string("/late"), server.seen().back().path);
    }

    // While listening is paused, a head that came in part waits on the same timer as the pause.
    void listensAgainWhereEpollRefusesForAWhile() {
        AcceptorFixture server(2);
        auto slow = server.connect();
        CPPUNIT_ASSERT(slow.ask({}));
        std::optional<DescriptorLimit> oneMore(std::in_place, 1);
        auto late = server.connect();  // takes the last descriptor: there is none to accept it with
        {
            const RefusingEpoll refusing;
            CPPUNIT_ASSERT(late.send({.target = "/late"}));
            CPPUNIT_ASSERT(eventually([&] { return refusing.refusals() >= 3; }, kAtOnce));
            const auto head = fcgiBytes({.target = "/slow"});
            slow.sendBytes(head.substr(0, 50));
            CPPUNIT_ASSERT(!slow.receive(50ms));
            slow.sendBytes(head.substr(50));
            CPPUNIT_ASSERT(slow.receive(kAtOnce));
        }
        oneMore.reset();
        CPPUNIT_ASSERT(late.receive(kAtOnce));
        CPPUNIT_ASSERT_EQUAL(std::string("/late"), server.seen().back().path);
    }

    void closesAConnectionThatItHasNoMemoryToPostpone() {
        AcceptorFixture server(1, [](const fcgi::Request& request) -> fcgi::Answer {
            if (request.path == "/") return fcgi::Response(204);
            failNextAllocationOf(sizeof(void*));  // the list of postponed clients
            return fcgi::Response(204).notBefore(std::chrono::steady_clock::now() + 50ms);
        });
        auto client = server.connect();
        client.send({.target = "/later"});
        CPPUNIT_ASSERT(client.closesWithin(kAtOnce));
        CPPUNIT_ASSERT_EQUAL(204, server.connect().ask({})->status);
        CPPUNIT_ASSERT(server.acceptor().drain(1s, 1s));  // it holds none for ever
    }

    void answers503WhereTheApplicationHasNoMemory() {
        AcceptorFixture server(1, [](const fcgi::Request&) -> fcgi::Response { throw std::bad_alloc(); });
        auto client = server.connect();
        for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT_EQUAL(503, client.ask({})->status);
    }

    void answers500ForAnExceptionAndKeepsTheConnection() {
        AcceptorFixture server(1, [](const fcgi::Request& request) -> fcgi::Response {
            if (request.path == "/odd") throw 42;
            throw std::runtime_error("said for the log alone");
        });
        auto client = server.connect();
        for (const auto* target : {"/", "/odd"}) {
            const auto answer = client.ask({.target = target});
            CPPUNIT_ASSERT_EQUAL(500, answer->status);
            CPPUNIT_ASSERT_EQUAL(std::string(), answer->body);
            CPPUNIT_ASSERT_EQUAL(std::string("Status: 500 Internal Server Error"), answer->headers);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AcceptorTest);

}  // namespace
}  // namespace claviger::tests
