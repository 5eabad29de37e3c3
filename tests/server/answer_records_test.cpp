// The records of an answer, byte by byte, as FastCGI 1.0 defines them.

#include "fcgi/server/answer_records.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "fcgi/server/fd.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

constexpr unsigned char kEnd = 3, kStdout = 6;
constexpr unsigned kId = 0x1234;
constexpr std::size_t kLongestRecord = 65535;
constexpr auto kPatience = 1000ms;

// The two ends of a connection.
struct Ends {
    explicit Ends(std::chrono::milliseconds patience = 50ms) {
        std::array<int, 2> fds{};
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data());
        ours = fcgi::Fd(fds[0]);
        peers = fcgi::Fd(fds[1]);
        const timeval time{patience / 1s, patience % 1s / 1us};
        ::setsockopt(ours.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
        ::setsockopt(peers.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    }

    // Returns all that the peer has received once `last` has come. Returns early when nothing comes any more.
    std::string receivedUntil(const std::string& last) const {
        std::string bytes;
        std::array<char, 65536> block;
        while (!bytes.ends_with(last)) {
            const auto count = ::recv(peers.get(), block.data(), block.size(), 0);
            if (count <= 0) break;
            bytes.append(block.data(), static_cast<std::size_t>(count));
        }
        return bytes;
    }

    fcgi::Fd ours, peers;
};

std::string theEnd() {
    return fcgiRecord(kStdout, "", kId) + fcgiRecord(kEnd, std::string(8, '\0'), kId);
}

// Joins the contents of the stdout records.
std::string contentsOf(std::string_view records) {
    std::string contents;
    while (records.size() > 8) {
        const auto length = static_cast<unsigned char>(records[4]) * 256U + static_cast<unsigned char>(records[5]);
        if (records[1] == kStdout) contents += records.substr(8, length);
        records.remove_prefix(std::min<std::size_t>(8 + length, records.size()));
    }
    return contents;
}

class AnswerRecordsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AnswerRecordsTest);
    CPPUNIT_TEST(sendsHeadBodyAndEndOfTheRequestsId);
    CPPUNIT_TEST(sendsAnAnswerWithoutABody);
    CPPUNIT_TEST(cutsALongBodyIntoRecords);
    CPPUNIT_TEST(saysThatThePeerTakesNothing);
    CPPUNIT_TEST(goesOnWhereASlowPeerHadPaused);
    CPPUNIT_TEST(saysThatThePeerHasLeft);
    CPPUNIT_TEST_SUITE_END();

    void sendsHeadBodyAndEndOfTheRequestsId() {
        const Ends ends;
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", "body"));
        CPPUNIT_ASSERT_EQUAL(fcgiRecord(kStdout, "head", kId) + fcgiRecord(kStdout, "body", kId) + theEnd(),
                             ends.receivedUntil(theEnd()));
    }

    void sendsAnAnswerWithoutABody() {
        const Ends ends;
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", ""));
        CPPUNIT_ASSERT_EQUAL(fcgiRecord(kStdout, "head", kId) + theEnd(), ends.receivedUntil(theEnd()));
    }

    void cutsALongBodyIntoRecords() {
        const Ends ends;
        const std::string first(kLongestRecord, 'a'), second(kLongestRecord, 'b');
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", first + second + "c"));
        CPPUNIT_ASSERT(fcgiRecord(kStdout, "head", kId) + fcgiRecord(kStdout, first, kId) +
                           fcgiRecord(kStdout, second, kId) + fcgiRecord(kStdout, "c", kId) + theEnd() ==
                       ends.receivedUntil(theEnd()));
    }

    void saysThatThePeerTakesNothing() {
        const Ends ends;
        CPPUNIT_ASSERT(!fcgi::sendAnswer(ends.ours.get(), kId, "head", std::string(3'000'000, 'x')));
    }

    // The peer pauses for longer than one call waits, so the call ends in the middle of a record.
    void goesOnWhereASlowPeerHadPaused() {
        const Ends ends(kPatience);
        std::string body;
        for (int i = 0; i < 200'000; ++i) body += std::to_string(i);
        std::string received;
        std::jthread peer([&] {
            std::this_thread::sleep_for(3 * kPatience / 2);
            received = ends.receivedUntil(theEnd());
        });
        const bool taken = fcgi::sendAnswer(ends.ours.get(), kId, "head", body);
        peer.join();
        CPPUNIT_ASSERT(taken);
        CPPUNIT_ASSERT(contentsOf(received) == "head" + body);
    }

    void saysThatThePeerHasLeft() {
        Ends ends;
        ends.peers.reset();
        CPPUNIT_ASSERT(!fcgi::sendAnswer(ends.ours.get(), kId, "head", "body"));
    }
};
CPPUNIT_TEST_SUITE_REGISTRATION(AnswerRecordsTest);

}  // namespace
}  // namespace claviger::tests
