// The records of an answer, byte by byte, as FastCGI 1.0 has them.

#include "fcgi/server/answer_records.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>

#include "fcgi/server/fd.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

constexpr unsigned char kEnd = 3, kStdout = 6;
constexpr unsigned kId = 0x1234;
constexpr std::size_t kLongestRecord = 65535;

// The two ends of a connection; a writer gives up after 50 ms.
struct Ends {
    Ends() {
        std::array<int, 2> fds{};
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data());
        ours = fcgi::Fd(fds[0]);
        peers = fcgi::Fd(fds[1]);
        const timeval patience{0, 50'000};
        ::setsockopt(ours.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }

    // What has come to the peer.
    std::string received() const {
        std::string bytes(1'000'000, '\0');
        std::size_t size = 0;
        for (ssize_t count = 1; count > 0; size += static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
            count = ::recv(peers.get(), bytes.data() + size, bytes.size() - size, MSG_DONTWAIT);
        return bytes.substr(0, size);
    }

    fcgi::Fd ours, peers;
};

std::string theEnd() {
    return fcgiRecord(kStdout, "", kId) + fcgiRecord(kEnd, std::string(8, '\0'), kId);
}

class AnswerRecordsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AnswerRecordsTest);
    CPPUNIT_TEST(sendsHeadBodyAndEndOfTheRequestsId);
    CPPUNIT_TEST(sendsAnAnswerWithoutABody);
    CPPUNIT_TEST(cutsALongBodyIntoRecords);
    CPPUNIT_TEST(saysThatThePeerTakesNothing);
    CPPUNIT_TEST(saysThatThePeerHasLeftAndDiesNotOfIt);
    CPPUNIT_TEST_SUITE_END();

    void sendsHeadBodyAndEndOfTheRequestsId() {
        const Ends ends;
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", "body"));
        CPPUNIT_ASSERT_EQUAL(fcgiRecord(kStdout, "head", kId) + fcgiRecord(kStdout, "body", kId) + theEnd(),
                             ends.received());
    }

    void sendsAnAnswerWithoutABody() {
        const Ends ends;
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", ""));
        CPPUNIT_ASSERT_EQUAL(fcgiRecord(kStdout, "head", kId) + theEnd(), ends.received());
    }

    void cutsALongBodyIntoRecords() {
        const Ends ends;
        const std::string first(kLongestRecord, 'a'), second(kLongestRecord, 'b');
        CPPUNIT_ASSERT(fcgi::sendAnswer(ends.ours.get(), kId, "head", first + second + "c"));
        CPPUNIT_ASSERT(fcgiRecord(kStdout, "head", kId) + fcgiRecord(kStdout, first, kId) +
                           fcgiRecord(kStdout, second, kId) + fcgiRecord(kStdout, "c", kId) + theEnd() ==
                       ends.received());
    }

    void saysThatThePeerTakesNothing() {
        const Ends ends;
        CPPUNIT_ASSERT(!fcgi::sendAnswer(ends.ours.get(), kId, "head", std::string(3'000'000, 'x')));
    }

    void saysThatThePeerHasLeftAndDiesNotOfIt() {
        Ends ends;
        ends.peers.reset();
        const auto before = std::signal(SIGPIPE, SIG_DFL);
        const bool taken = fcgi::sendAnswer(ends.ours.get(), kId, "head", "body");
        std::signal(SIGPIPE, before);
        CPPUNIT_ASSERT(!taken);
    }
};
CPPUNIT_TEST_SUITE_REGISTRATION(AnswerRecordsTest);

}  // namespace
}  // namespace claviger::tests
