#include "domain/secrets/pepper.h"

#include <cppunit/extensions/HelperMacros.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/secrets/one_line_secret.h"
#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::secrets::Pepper;

const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

class PepperTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PepperTest);
    CPPUNIT_TEST(readsWhatItHasCreated);
    CPPUNIT_TEST(createsAFileThatOnlyItsOwnerReads);
    CPPUNIT_TEST(createsADifferentOneEachTime);
    CPPUNIT_TEST(neverOverwrites);
    CPPUNIT_TEST(saysWhatToDoIfTheFolderIsMissing);
    CPPUNIT_TEST(leavesNoFileThatIsIncomplete);
    CPPUNIT_TEST(leavesNothingOfANewPepperInMemory);
    CPPUNIT_TEST(readsTheVersion);
    CPPUNIT_TEST(refusesAMissingFileAndSaysWhatToDo);
    CPPUNIT_TEST(refusesEveryOtherFormWithoutRepeatingIt);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;

    static std::string contentOf(const std::filesystem::path& file) {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    void readsWhatItHasCreated() {
        const auto file = folder_.path() / "pepper";
        Pepper::create(file);
        CPPUNIT_ASSERT_EQUAL(1, Pepper::load(file).version());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 + 64 + 1}, contentOf(file).size());
    }

    void createsAFileThatOnlyItsOwnerReads() {
        const auto file = folder_.path() / "pepper";
        Pepper::create(file);
        using std::filesystem::perms;
        CPPUNIT_ASSERT(std::filesystem::status(file).permissions() == (perms::owner_read | perms::owner_write));
    }

    void createsADifferentOneEachTime() {
        Pepper::create(folder_.path() / "a");
        Pepper::create(folder_.path() / "b");
        CPPUNIT_ASSERT(contentOf(folder_.path() / "a") != contentOf(folder_.path() / "b"));
    }

    void neverOverwrites() {
        const auto file = folder_.write("pepper", "1:" + kHex + "\n");
        CPPUNIT_ASSERT_THROW(Pepper::create(file), std::runtime_error);
        CPPUNIT_ASSERT_EQUAL("1:" + kHex + "\n", contentOf(file));
    }

    void saysWhatToDoIfTheFolderIsMissing() {
        CPPUNIT_ASSERT_THROW(Pepper::create(folder_.path() / "absent/pepper"), std::runtime_error);
    }

    // While it exists, a file of this process has at most so many bytes.
    class SmallFiles {
    public:
        explicit SmallFiles(rlim_t bytes) : handlerBefore_(::signal(SIGXFSZ, SIG_IGN)) {
            ::getrlimit(RLIMIT_FSIZE, &before_);
            auto less = before_;
            less.rlim_cur = bytes;
            CPPUNIT_ASSERT_EQUAL(0, ::setrlimit(RLIMIT_FSIZE, &less));
        }
        SmallFiles(const SmallFiles&) = delete;
        SmallFiles& operator=(const SmallFiles&) = delete;
        ~SmallFiles() {
            ::setrlimit(RLIMIT_FSIZE, &before_);
            ::signal(SIGXFSZ, handlerBefore_);
        }

    private:
        void (*handlerBefore_)(int);
        rlimit before_{};
    };

    void leavesNoFileThatIsIncomplete() {
        const auto file = folder_.path() / "pepper";
        for (const auto bytes : {rlim_t{0}, rlim_t{10}}) {
            const SmallFiles small(bytes);
            CPPUNIT_ASSERT_THROW(Pepper::create(file), domain::secrets::UnusableSecret);
            CPPUNIT_ASSERT(!std::filesystem::exists(file));
        }
        Pepper::create(file);
        CPPUNIT_ASSERT_EQUAL(1, Pepper::load(file).version());
    }

    // Whether the heap of malloc holds the text, used or freed. The text itself must be elsewhere.
    static bool isInHeap(std::string_view text) {
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            std::uintptr_t begin = 0, end = 0;
            if (!line.ends_with("[heap]") || std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2) continue;
            return ::memmem(reinterpret_cast<void*>(begin), end - begin, text.data(), text.size()) != nullptr;
        }
        return false;  // a sanitizer has its heap elsewhere
    }

    // The allocator writes over the first bytes of what is freed, so only the last digits are looked for.
    void leavesNothingOfANewPepperInMemory() {
        static char line[2 + 64 + 1];
        const auto file = folder_.path() / "pepper";
        Pepper::create(file);
        const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        CPPUNIT_ASSERT_EQUAL(static_cast<ssize_t>(sizeof line), ::read(fd, line, sizeof line));
        ::close(fd);
        CPPUNIT_ASSERT(!isInHeap({line + 2 + 32, 32}));
    }

    void readsTheVersion() { CPPUNIT_ASSERT_EQUAL(17, Pepper::load(folder_.write("p", "17:" + kHex)).version()); }

    void refusesAMissingFileAndSaysWhatToDo() {
        try {
            const auto pepper = Pepper::load(folder_.path() / "absent");
            CPPUNIT_FAIL("a pepper was read from nothing");
        } catch (const std::runtime_error& refused) {
            const std::string text = refused.what();
            CPPUNIT_ASSERT(text.find("absent") != std::string::npos);
            CPPUNIT_ASSERT(text.find("backup") != std::string::npos);
        }
    }

    void refusesEveryOtherFormWithoutRepeatingIt() {
        const auto short31 = kHex.substr(2);
        for (const auto& content :
             {std::string(), std::string("\n"), kHex, ":" + kHex, "0:" + kHex, "-1:" + kHex, "x:" + kHex, "1" + kHex,
              "1:" + short31, "1:" + kHex + "20", "1:" + kHex + " ", "1: " + kHex, "1:" + kHex.substr(1),
              "1:zz" + short31, std::string("1:"), "99999999999:" + kHex}) {
            try {
                const auto pepper = Pepper::load(folder_.write("pepper", content));
                CPPUNIT_FAIL("a pepper was read from: " + content);
            } catch (const std::runtime_error& refused) {
                CPPUNIT_ASSERT(std::string(refused.what()).find(short31.substr(0, 8)) == std::string::npos);
            }
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PepperTest);

}  // namespace
}  // namespace claviger::tests
