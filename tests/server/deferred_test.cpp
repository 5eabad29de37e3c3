// Deferred answers wait without a thread. None of them is lost or left behind.

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <future>
#include <list>
#include <new>
#include <optional>
#include <stdexcept>

#include "tests/server/acceptor_fixture.h"
#include "tests/server/eventually.h"
#include "tests/server/log_to_file.h"
#include "tests/server/planted_faults.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kAtOnce = 1s;

// The fate of the deferred answers of one test.
struct Fate {
    std::atomic<bool> ready{false}, done{true};  // done: finish() returns
    std::atomic<int> alive{0}, finished{0};

    Fate() = default;
    Fate(const Fate&) = delete;
    Fate& operator=(const Fate&) = delete;
    ~Fate() { release(); }
    void release() {
        done = true;
        done.notify_all();
    }
};

class Deferred final : public fcgi::DeferredAnswer {
public:
    explicit Deferred(Fate& fate) : fate_(fate) { ++fate_.alive; }
    Deferred(const Deferred&) = delete;
    Deferred& operator=(const Deferred&) = delete;
    ~Deferred() override { --fate_.alive; }

    bool isReady() const override { return fate_.ready; }
    fcgi::Response finish() override {
        ++fate_.finished;
        fate_.done.wait(false);
        return fcgi::Response::json(200, R"({"deferred":true})");
    }

private:
    Fate& fate_;
};

// Defers POST, and answers other methods at once.
fcgi::Application deferring(Fate& fate) {
    return [&](const fcgi::Request& request) -> fcgi::Answer {
        if (request.method == "POST") return std::make_unique<Deferred>(fate);
        return fcgi::Response(204);
    };
}

class DeferredTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DeferredTest);
    CPPUNIT_TEST(answersOnceItIsReadyAndKeepsTheConnection);
    CPPUNIT_TEST(answersAtOnceWhatIsReadyAtOnce);
    CPPUNIT_TEST(holdsNoThreadWhileItWaits);
    CPPUNIT_TEST(holdsNoThreadOfOtherRequestsWhileItIsFinished);
    CPPUNIT_TEST(givesUpTheAnswerOfAClientThatLeaves);
    CPPUNIT_TEST(servesOthersWhileAnAnswerIsGivenUp);
    CPPUNIT_TEST(finishesForAClientThatLeavesTooLate);
    CPPUNIT_TEST(answersWhatIsDeferredWhileItDrains);
    CPPUNIT_TEST(givesUpWhatWaitsWhenItEnds);
    CPPUNIT_TEST(closesAConnectionThatItHasNoMemoryToPostpone);
    CPPUNIT_TEST(answers500ForAnExceptionAndKeepsTheConnection);
    CPPUNIT_TEST(logsTheRequestIdOfAnAnswerThatThrows);
    CPPUNIT_TEST_SUITE_END();

    void answersOnceItIsReadyAndKeepsTheConnection() {
        Fate fate;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect();
        for (int i = 1; i <= 3; ++i) {
            fate.ready = false;
            client.send({.method = "POST", .body = "b"});
            CPPUNIT_ASSERT(!client.receive(50ms));
            fate.ready = true;
            const auto answer = client.receive(kAtOnce);
            CPPUNIT_ASSERT_EQUAL(std::string(R"({"deferred":true})"), answer->body);
            CPPUNIT_ASSERT_EQUAL(i, fate.finished.load());
            CPPUNIT_ASSERT_EQUAL(204, client.ask({})->status);
        }
        CPPUNIT_ASSERT_EQUAL(0, fate.alive.load());
    }

    void answersAtOnceWhatIsReadyAtOnce() {
        Fate fate;
        fate.ready = true;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect();
        CPPUNIT_ASSERT_EQUAL(200, client.ask({.method = "POST"})->status);
    }

    void holdsNoThreadWhileItWaits() {
        Fate fate;
        AcceptorFixture server(1, deferring(fate));
        std::list<FcgiClient> waiting;
        for (int i = 0; i < 100; ++i) waiting.emplace_back(server.connect()).send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 100; }));
        auto other = server.connect();
        other.send({});
        CPPUNIT_ASSERT_EQUAL(204, other.receive(kAtOnce)->status);
        fate.ready = true;
        for (auto& client : waiting) CPPUNIT_ASSERT_EQUAL(200, client.receive()->status);
    }

    void holdsNoThreadOfOtherRequestsWhileItIsFinished() {
        Fate fate;
        fate.ready = true;
        fate.done = false;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect(), other = server.connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return fate.finished == 1; }));
        other.send({});
        CPPUNIT_ASSERT_EQUAL(204, other.receive(kAtOnce)->status);
        fate.release();
        CPPUNIT_ASSERT_EQUAL(200, client.receive()->status);
    }

    void givesUpTheAnswerOfAClientThatLeaves() {
        Fate fate;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 1; }));
        client.close();
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 0; }));
        CPPUNIT_ASSERT_EQUAL(0, fate.finished.load());
    }

    // The destructor of an abandoned answer may wait for a lock of the application. A new connection must not wait for
    // that.
    void servesOthersWhileAnAnswerIsGivenUp() {
        struct Gate {
            std::atomic<bool> entered{false}, open{false};
            ~Gate() { release(); }
            void release() {
                open = true;
                open.notify_all();
            }
        };
        struct Stuck final : fcgi::DeferredAnswer {
            explicit Stuck(Gate& gate) : gate_(gate) {}
            ~Stuck() override {
                gate_.entered = true;
                gate_.open.wait(false);
            }
            bool isReady() const override { return false; }
            fcgi::Response finish() override { return fcgi::Response(204); }
            Gate& gate_;
        };
        std::optional<AcceptorFixture> server;
        Gate gate;  // opens before the server is destroyed
        server.emplace(2U, [&gate](const fcgi::Request& request) -> fcgi::Answer {
            if (request.method == "POST") return std::make_unique<Stuck>(gate);
            return fcgi::Response(204);
        });
        auto client = server->connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return server->count() == 1; }));
        client.close();
        CPPUNIT_ASSERT(eventually([&] { return gate.entered.load(); }));
        auto other = server->connect();
        other.send({});
        const auto answer = other.receive(kAtOnce);
        CPPUNIT_ASSERT(answer);
        CPPUNIT_ASSERT_EQUAL(204, answer->status);
    }

    void finishesForAClientThatLeavesTooLate() {
        Fate fate;
        fate.ready = true;
        fate.done = false;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return fate.finished == 1; }));
        client.close();
        fate.release();
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 0; }));
        CPPUNIT_ASSERT_EQUAL(204, server.connect().ask({})->status);
    }

    void answersWhatIsDeferredWhileItDrains() {
        Fate fate;
        AcceptorFixture server(1, deferring(fate));
        auto client = server.connect();
        client.send({.method = "POST", .keep = false});
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 1; }));
        auto drained = std::async(std::launch::async, [&] { return server.acceptor().drain(50ms, 5s); });
        CPPUNIT_ASSERT(drained.wait_for(200ms) == std::future_status::timeout);
        fate.ready = true;
        CPPUNIT_ASSERT_EQUAL(200, client.receive()->status);
        CPPUNIT_ASSERT(drained.get());
    }

    void givesUpWhatWaitsWhenItEnds() {
        Fate fate;
        std::optional<AcceptorFixture> server(std::in_place, 1U, deferring(fate));
        auto client = server->connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(eventually([&] { return fate.alive == 1; }));
        server.reset();
        CPPUNIT_ASSERT_EQUAL(0, fate.alive.load());
        CPPUNIT_ASSERT(client.closesWithin(kAtOnce));
    }

    // A thread of the lane finishes the answer, so that no exception may leave the lane: it would end the process.
    void closesAConnectionThatItHasNoMemoryToPostpone() {
        struct Late final : fcgi::DeferredAnswer {
            ~Late() override { failNextAllocationOf(sizeof(void*)); }  // the list of postponed clients
            bool isReady() const override { return true; }
            fcgi::Response finish() override {
                return fcgi::Response(204).notBefore(std::chrono::steady_clock::now() + 50ms);
            }
        };
        AcceptorFixture server(1, [](const fcgi::Request& request) -> fcgi::Answer {
            if (request.method == "POST") return std::make_unique<Late>();
            return fcgi::Response(204);
        });
        auto client = server.connect();
        client.send({.method = "POST"});
        CPPUNIT_ASSERT(client.closesWithin(kAtOnce));
        CPPUNIT_ASSERT_EQUAL(204, server.connect().ask({})->status);
    }

    void logsTheRequestIdOfAnAnswerThatThrows() {
        struct Throwing final : fcgi::DeferredAnswer {
            bool isReady() const override { return true; }
            fcgi::Response finish() override { throw std::bad_alloc(); }
        };
        AcceptorFixture server(1, [](const fcgi::Request&) -> fcgi::Answer { return std::make_unique<Throwing>(); });
        const LogToFile log;
        CPPUNIT_ASSERT_EQUAL(503, server.connect().ask({})->status);
        const auto id = server.seen().front().requestId;
        CPPUNIT_ASSERT_MESSAGE(log.text(), log.text().find("\"requestId\":\"" + id + "\"") != std::string::npos);
    }

    void answers500ForAnExceptionAndKeepsTheConnection() {
        struct Throwing final : fcgi::DeferredAnswer {
            bool isReady() const override { return true; }
            fcgi::Response finish() override { throw std::runtime_error("a bug"); }
        };
        AcceptorFixture server(1, [](const fcgi::Request&) -> fcgi::Answer { return std::make_unique<Throwing>(); });
        auto client = server.connect();
        for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT_EQUAL(500, client.ask({})->status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeferredTest);

}  // namespace
}  // namespace claviger::tests
