#include "fcgi/processes/listening_socket.h"

#include <cppunit/extensions/HelperMacros.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/server/temporary_folder.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;
using fcgi::ListeningSocket;

class ListeningSocketTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ListeningSocketTest);
    CPPUNIT_TEST(isForOwnerAndGroupOnly);
    CPPUNIT_TEST(replacesAStaleOne);
    CPPUNIT_TEST(refusesWhereAnotherAnswersAndLeavesItAlone);
    CPPUNIT_TEST(refusesWhatIsNoSocketAndLeavesItAlone);
    CPPUNIT_TEST(refusesAPathThatIsTooLongAndAMissingFolder);
    CPPUNIT_TEST(removesItsFileButNotAnothers);
    CPPUNIT_TEST(takesTheOneThatSystemdPassesAndLeavesItsFile);
    CPPUNIT_TEST_SUITE_END();

    static std::string refusal(const fs::path& path) {
        try {
            ListeningSocket::open(path);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "";
    }

    static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

    void isForOwnerAndGroupOnly() {
        const TemporaryFolder folder;
        const auto socket = ListeningSocket::open(folder / "s");
        CPPUNIT_ASSERT(fs::status(folder / "s").permissions() == fs::perms{0660});
    }

    void replacesAStaleOne() {
        const TemporaryFolder folder;
        const auto path = folder / "s";
        {
            const auto first = ListeningSocket::open(path);
            fs::create_hard_link(path, folder / "kept");  // as after kill -9: the file stays without a listener
        }
        fs::rename(folder / "kept", path);
        const auto second = ListeningSocket::open(path);
        FcgiClient client(path);
    }

    void refusesWhereAnotherAnswersAndLeavesItAlone() {
        const TemporaryFolder folder;
        const auto first = ListeningSocket::open(folder / "s");
        CPPUNIT_ASSERT(says(refusal(folder / "s"), "another process answers"));
        FcgiClient client(folder / "s");
    }

    void refusesWhatIsNoSocketAndLeavesItAlone() {
        const TemporaryFolder folder;
        folder.write("s", "precious");
        CPPUNIT_ASSERT(says(refusal(folder / "s"), "is no socket"));
        CPPUNIT_ASSERT(fs::file_size(folder / "s") == 8);
    }

    void refusesAPathThatIsTooLongAndAMissingFolder() {
        const TemporaryFolder folder;
        CPPUNIT_ASSERT(says(refusal(folder / std::string(108, 'x')), "107 bytes"));
        CPPUNIT_ASSERT(says(refusal(folder / "none/s"), "create it"));
    }

    void removesItsFileButNotAnothers() {
        const TemporaryFolder folder;
        auto first = ListeningSocket::open(folder / "s");
        first.remove();
        CPPUNIT_ASSERT(!fs::exists(folder / "s"));

        auto second = ListeningSocket::open(folder / "s");
        fs::rename(folder / "s", folder / "moved");
        const auto third = ListeningSocket::open(folder / "s");
        second.remove();
        FcgiClient client(folder / "s");
    }

    void takesTheOneThatSystemdPassesAndLeavesItsFile() {
        const TemporaryFolder folder;
        const auto systemds = ListeningSocket::open(folder / "s");
        const fcgi::Fd before(::fcntl(3, F_DUPFD_CLOEXEC, 100));
        ::dup2(systemds.fd(), 3);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", "1", 1);
        {
            auto passed = ListeningSocket::open(folder / "another");
            CPPUNIT_ASSERT_EQUAL(3, passed.fd());
            CPPUNIT_ASSERT(::getenv("LISTEN_FDS") == nullptr);
            passed.remove();
        }
        if (before) ::dup2(before.get(), 3);
        CPPUNIT_ASSERT(fs::exists(folder / "s") && !fs::exists(folder / "another"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ListeningSocketTest);

}  // namespace
}  // namespace claviger::tests
