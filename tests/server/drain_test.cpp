// Draining answers every client that has connected, lets idle connections leave, and ends.

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <future>

#include "tests/server/acceptor_fixture.h"
#include "tests/server/eventually.h"
#include "tests/server/load.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

// Holds the requests of a server up until open().
class Gate {
public:
    void pass() const { open_.wait(false); }
    void open() {
        open_ = true;
        open_.notify_all();
    }
    void shut() { open_ = false; }

private:
    std::atomic<bool> open_ = false;
};

// A server of one thread, whose requests wait for the gate. The gate opens even where the test fails before it opens
// it: with the gate shut the server could not end.
struct HeldServer {
    ~HeldServer() { gate.open(); }

    Gate gate;
    AcceptorFixture server{1, [this](const fcgi::Request&) {
                               gate.pass();
                               return fcgi::Response(204);
                           }};
};

class DrainTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DrainTest);
    CPPUNIT_TEST(isOverAtOnceWithoutConnections);
    CPPUNIT_TEST(asksIdleKeptConnectionsToLeave);
    CPPUNIT_TEST(answersWhatStillArrivesOnAKeptConnection);
    CPPUNIT_TEST(answersWhatArrivesSoonAfterALateResponse);
    CPPUNIT_TEST(doesNotCutARequestThatWaitsForAThread);
    CPPUNIT_TEST(answersWhatRunsAndWhatWaitsInTheBacklog);
    CPPUNIT_TEST(losesNothingUnderLoad);
    CPPUNIT_TEST(cutsIdleConnectionsAfterTheGrace);
    CPPUNIT_TEST(saysSoWhereARequestDoesNotEnd);
    CPPUNIT_TEST_SUITE_END();

    static auto drain(AcceptorFixture& server, std::chrono::milliseconds grace, std::chrono::milliseconds limit) {
        return std::async(std::launch::async,
                          [&server, grace, limit] { return server.acceptor().drain(grace, limit); });
    }

    void isOverAtOnceWithoutConnections() {
        AcceptorFixture server(2);
        CPPUNIT_ASSERT(drain(server, 5s, 5s).wait_for(1s) == std::future_status::ready);
    }

    void asksIdleKeptConnectionsToLeave() {
        AcceptorFixture server(2);
        auto client = server.connect();
        CPPUNIT_ASSERT(client.ask({}));
        CPPUNIT_ASSERT(!client.isSpent());
        auto drained = drain(server, 5s, 5s);
        CPPUNIT_ASSERT(eventually([&] { return client.isSpent(); }, 1s));
        client.close();  // as nginx does when it sees that
        CPPUNIT_ASSERT(drained.wait_for(1s) == std::future_status::ready && drained.get());
    }

    void answersWhatStillArrivesOnAKeptConnection() {
        AcceptorFixture server(2);
        auto client = server.connect();
        CPPUNIT_ASSERT(client.ask({}));
        auto drained = drain(server, 5s, 5s);
        CPPUNIT_ASSERT(eventually([&] { return client.isSpent(); }, 1s));
        for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(client.ask({.method = "POST", .target = "/late", .body = "b"}));
        CPPUNIT_ASSERT_EQUAL(std::string("/late"), server.seen().back().path);
        client.close();
        CPPUNIT_ASSERT(drained.get());
    }

    // nginx keeps a connection once it has read the response, and may send the next request before it sees the nudge.
    void answersWhatArrivesSoonAfterALateResponse() {
        HeldServer held;
        auto& [gate, server] = held;
        auto client = server.connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 1; }));
        auto drained = drain(server, 500ms, 5s);
        CPPUNIT_ASSERT(drained.wait_for(700ms) == std::future_status::timeout);
        gate.open();
        CPPUNIT_ASSERT_EQUAL(204, client.receive()->status);
        CPPUNIT_ASSERT(eventually([&] { return client.isSpent(); }, 200ms));
        CPPUNIT_ASSERT(client.ask({.method = "POST", .target = "/late", .body = "b"}));
        CPPUNIT_ASSERT(drained.get());  // the client keeps its end open, and is cut off
    }

    // Its body is larger than the socket's buffers, so a part of it is sent after the grace.
    void doesNotCutARequestThatWaitsForAThread() {
        HeldServer held;
        auto& [gate, server] = held;
        gate.open();
        auto waiting = server.connect();
        CPPUNIT_ASSERT(waiting.ask({}));
        gate.shut();
        auto running = server.connect();
        running.send({.target = "/running", .keep = false});
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 2; }));
        auto sent = std::async(std::launch::async, [&] {
            return waiting.send(
                {.method = "POST", .target = "/waiting", .body = std::string(900'000, 'b'), .keep = false});
        });
        CPPUNIT_ASSERT(sent.wait_for(200ms) == std::future_status::timeout);
        auto drained = drain(server, 200ms, 5s);
        CPPUNIT_ASSERT(drained.wait_for(500ms) == std::future_status::timeout);
        gate.open();
        CPPUNIT_ASSERT(sent.get());
        const auto answer = waiting.receive();
        CPPUNIT_ASSERT(answer);
        CPPUNIT_ASSERT_EQUAL(204, answer->status);
        CPPUNIT_ASSERT(server.seen().back().bodyState == fcgi::BodyState::kTooLarge);  // all of it was read
        CPPUNIT_ASSERT(drained.get());
    }

    void answersWhatRunsAndWhatWaitsInTheBacklog() {
        HeldServer held;
        auto& [gate, server] = held;
        auto running = server.connect();
        running.send({.target = "/running", .keep = false});
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 1; }));
        auto waiting = server.connect();  // the only thread is busy, so this one is not accepted yet
        waiting.send({.target = "/waiting", .keep = false});
        auto drained = drain(server, 5s, 5s);
        gate.open();
        CPPUNIT_ASSERT_EQUAL(204, running.receive()->status);
        CPPUNIT_ASSERT_EQUAL(204, waiting.receive()->status);
        CPPUNIT_ASSERT(drained.get());
    }

    void losesNothingUnderLoad() {
        AcceptorFixture server(3);
        Load load(server.socket(), 8);
        CPPUNIT_ASSERT(eventually([&] { return load.answered() > 2000; }));
        const auto next = server.startAnother(3);
        CPPUNIT_ASSERT(drain(server, 3s, 5s).get());
        const auto before = load.answered();
        CPPUNIT_ASSERT(eventually([&] { return load.answered() > before + 1000; }));
        load.stop();
        CPPUNIT_ASSERT_EQUAL(0, load.failed());
    }

    void cutsIdleConnectionsAfterTheGrace() {
        AcceptorFixture server(2);
        auto kept = server.connect();
        CPPUNIT_ASSERT(kept.ask({}));
        auto fresh = server.connect();
        const auto begun = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT(drain(server, 200ms, 5s).get());
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < 2s);
        CPPUNIT_ASSERT(kept.closesWithin(1s) && fresh.closesWithin(1s));
    }

    void saysSoWhereARequestDoesNotEnd() {
        HeldServer held;
        auto& [gate, server] = held;
        auto client = server.connect();
        client.send({});
        CPPUNIT_ASSERT(eventually([&] { return server.count() == 1; }));
        CPPUNIT_ASSERT(!drain(server, 50ms, 200ms).get());
        gate.open();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DrainTest);

}  // namespace
}  // namespace claviger::tests
