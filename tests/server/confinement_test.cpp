#include "fcgi/processes/confinement.h"

#include <cppunit/extensions/HelperMacros.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "tests/server/temporary_folder.h"

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;

// Runs the steps in a process of its own, since they cannot be undone. Returns the number of the first step that went
// wrong, or 0. Returns 255 if the process was killed.
int firstFailureOf(const std::function<int()>& steps) {
    const auto child = ::fork();
    if (child == 0) ::_exit(steps());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

bool canWrite(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return false;
    ::close(fd);
    return true;
}

class ConfinementTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConfinementTest);
    CPPUNIT_TEST(writesBeneathItsFolderAlone);
    CPPUNIT_TEST(executesNothing);
    CPPUNIT_TEST(handsItOnToWhatItStarts);
    CPPUNIT_TEST(namesTheFolderThatItCannotOpenAndConfinesNothing);
    CPPUNIT_TEST(becomesAnotherUserForGoodWhereRootStartsIt);
    CPPUNIT_TEST(refusesAnAccountThatIsNot);
    CPPUNIT_TEST_SUITE_END();

    void writesBeneathItsFolderAlone() {
        const TemporaryFolder inside, outside;
        const fs::path in = inside.path(), out = outside.path();
        CPPUNIT_ASSERT(canWrite(out / "there"));
        fs::create_symlink(out / "linked", in / "link");
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([&] {
                                 if (fcgi::confineWrites(in)) return 1;
                                 if (!canWrite(in / "file")) return 2;
                                 if (canWrite(out / "file")) return 3;
                                 if (canWrite(out / "there")) return 4;
                                 if (canWrite(in / "link")) return 5;
                                 if (canWrite(in / ".." / "file")) return 6;
                                 if (::unlink((out / "there").c_str()) == 0) return 7;
                                 if (::mkdir((out / "folder").c_str(), 0700) == 0) return 8;
                                 if (::rename((in / "file").c_str(), (out / "moved").c_str()) == 0) return 9;
                                 if (::truncate((out / "there").c_str(), 0) == 0) return 10;
                                 return ::open((out / "there").c_str(), O_RDONLY) >= 0 ? 0 : 11;
                             }));
        CPPUNIT_ASSERT(fs::exists(in / "file"));
        CPPUNIT_ASSERT(!fs::exists(out / "file") && !fs::exists(out / "linked") && !fs::exists(out / "moved"));
    }

    void executesNothing() {
        const TemporaryFolder folder;
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([&] {
                                 if (fcgi::confineWrites(folder.path())) return 1;
                                 ::execl("/bin/false", "false", nullptr);
                                 return errno == EACCES ? 0 : 2;
                             }));
    }

    void handsItOnToWhatItStarts() {
        const TemporaryFolder inside, outside;
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([&] {
                                 if (fcgi::confineWrites(inside.path())) return 1;
                                 return firstFailureOf([&] { return canWrite(outside.path() / "file") ? 2 : 0; });
                             }));
    }

    void namesTheFolderThatItCannotOpenAndConfinesNothing() {
        const TemporaryFolder folder;
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([&] {
                                 const auto why = fcgi::confineWrites(folder / "absent");
                                 const auto expected = (folder / "absent").string() + " cannot be opened: ";
                                 if (!why || why->find(expected) == std::string::npos) return 1;
                                 return canWrite(folder / "file") ? 0 : 2;
                             }));
    }

    void becomesAnotherUserForGoodWhereRootStartsIt() {
        const uid_t user = ::geteuid() == 0 ? 65534 : ::geteuid();
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([&] {
                                 fcgi::becomeUser("nobody");
                                 if (::geteuid() != user || ::getuid() != user) return 1;
                                 return ::setuid(0) == 0 ? 2 : 0;
                             }));
    }

    void refusesAnAccountThatIsNot() {
        CPPUNIT_ASSERT_EQUAL(0, firstFailureOf([] {
                                 try {
                                     fcgi::becomeUser("no-such-account");
                                 } catch (const std::runtime_error&) {
                                     return ::geteuid() == 0 ? 0 : 1;
                                 }
                                 return ::geteuid() == 0 ? 2 : 0;  // not started by root, it keeps its account
                             }));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfinementTest);

}  // namespace
}  // namespace claviger::tests
