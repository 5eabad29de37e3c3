#include "domain/secrets/one_line_secret.h"

#include <cppunit/extensions/HelperMacros.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

#include "tests/support/little_memory.h"
#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::secrets::OneLineSecret;
namespace fs = std::filesystem;

static_assert(!std::is_copy_constructible_v<OneLineSecret>);

class OneLineSecretTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OneLineSecretTest);
    CPPUNIT_TEST(dropsOneLineEndOfEitherKind);
    CPPUNIT_TEST(keepsEveryOtherByte);
    CPPUNIT_TEST(refusesWhatIsNoSingleLine);
    CPPUNIT_TEST(refusesByteOrderMarks);
    CPPUNIT_TEST(refusesNothingAtAll);
    CPPUNIT_TEST(refusesMoreThanTheMostBytes);
    CPPUNIT_TEST(refusesWhatCannotBeReadAndSaysWhy);
    CPPUNIT_TEST(repeatsNothingOfTheSecret);
    CPPUNIT_TEST(readsAPipeInPieces);
    CPPUNIT_TEST(needsNoMemoryToBeMoved);
    CPPUNIT_TEST(leavesNoCharacterBehindWhenMoved);
    CPPUNIT_TEST(requiresAFileThatOtherAccountsCannotReadOrChange);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;

    domain::Result<OneLineSecret> load(const std::string& content, std::size_t most = OneLineSecret::kMostBytes) const {
        return OneLineSecret::load(folder_.write("secret", content), most);
    }

    std::string taken(const std::string& content) const { return load(content).value().reveal(); }
    std::string refusal(const std::string& content) const {
        const auto secret = load(content);
        CPPUNIT_ASSERT_MESSAGE(content, !secret.ok());
        CPPUNIT_ASSERT(secret.error().code == domain::ErrorCode::kInvalidArgument);
        return secret.error().detail;
    }

    void dropsOneLineEndOfEitherKind() {
        for (const auto* const end : {"", "\n", "\r\n"})
            CPPUNIT_ASSERT_EQUAL(std::string("correct horse"), taken(std::string("correct horse") + end));
    }

    void keepsEveryOtherByte() {
        for (const auto* const text : {" blanks ", "\xC3\xBC", "\xFCmlaut of latin-1", "a\xEF\xBB\xBF"})
            CPPUNIT_ASSERT_EQUAL(std::string(text), taken(text));
    }

    void refusesWhatIsNoSingleLine() {
        for (const auto& text : {std::string("a\n\n"), std::string("a\r"), std::string("a\r\r\n"), std::string("a\nb"),
                                 std::string("a\tb"), std::string("a\0b", 3), std::string("\x1b[A"),
                                 std::string("a\x7f"), std::string("a\xC2\x85")})
            CPPUNIT_ASSERT_EQUAL(std::string("the secret holds a control character; it must be one line of text"),
                                 refusal(text));
    }

    void refusesByteOrderMarks() {
        for (const auto* const mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"})
            CPPUNIT_ASSERT_EQUAL(std::string("the secret begins with a byte order mark; save it as UTF-8 without one"),
                                 refusal(std::string(mark) + "password\n"));
    }

    void refusesNothingAtAll() {
        for (const auto* const text : {"", "\n", "\r\n"})
            CPPUNIT_ASSERT_EQUAL(std::string("the secret is empty"), refusal(text));
    }

    void refusesMoreThanTheMostBytes() {
        CPPUNIT_ASSERT(load("12345\r\n", 5).ok());
        CPPUNIT_ASSERT_EQUAL(std::string("the secret is longer than 5 bytes"), load("123456", 5).error().detail);
        CPPUNIT_ASSERT(!load(std::string(1'000'000, 'x'), 5).ok());
    }

    void refusesWhatCannotBeReadAndSaysWhy() {
        CPPUNIT_ASSERT_EQUAL(std::string("the secret cannot be read: No such file or directory"),
                             OneLineSecret::load(folder_.path() / "absent").error().detail);
        CPPUNIT_ASSERT_EQUAL(std::string("the secret cannot be read: Is a directory"),
                             OneLineSecret::load(folder_.path()).error().detail);
    }

    void repeatsNothingOfTheSecret() { CPPUNIT_ASSERT(refusal("canary\ncanary").find("canary") == std::string::npos); }

    void readsAPipeInPieces() {
        int ends[2];
        CPPUNIT_ASSERT_EQUAL(0, ::pipe2(ends, O_CLOEXEC));
        // Each piece is written when the one before it was read and the pipe is empty.
        std::jthread writer([&] {
            for (const auto* const piece : {"correct ", "horse", "\n"}) {
                if (::write(ends[1], piece, std::char_traits<char>::length(piece)) < 0) break;
                // Waits for a second at most, so that a reader that stops too early fails below.
                for (int left = 1, waits = 0; left > 0 && waits < 1000 && ::ioctl(ends[1], FIONREAD, &left) == 0;
                     ++waits)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            ::close(ends[1]);
        });
        const auto secret = OneLineSecret::read(ends[0]);
        writer.join();
        ::close(ends[0]);
        CPPUNIT_ASSERT_EQUAL(std::string("correct horse"), secret.value().reveal());
    }

    // A move throws nothing, so an allocation that fails in it would end the process.
    void needsNoMemoryToBeMoved() {
        constexpr std::size_t kLong = std::size_t{32} << 20;
        auto loaded = load(std::string(kLong, 'x'), kLong);
        const LittleMemory little(kLong / 4);
        const auto secret = std::move(loaded).value();
        CPPUNIT_ASSERT_EQUAL(kLong, secret.reveal().size());
        CPPUNIT_ASSERT(loaded.value().reveal().empty());  // NOLINT(bugprone-use-after-move)
    }

    // A text of up to 15 bytes is stored in the object itself.
    void leavesNoCharacterBehindWhenMoved() {
        const std::string_view text = "hunter2hunte";
        auto loaded = load(std::string(text), text.size());
        const auto secret = std::move(loaded).value();
        CPPUNIT_ASSERT_EQUAL(std::string(text), secret.reveal());
        CPPUNIT_ASSERT(::memmem(&loaded, sizeof loaded, text.data(), text.size()) == nullptr);
    }

    void requiresAFileThatOtherAccountsCannotReadOrChange() {
        const auto file = folder_.write("secret", "correct horse");
        for (const auto& [mode, closed] : {std::pair(0600, true), std::pair(0640, true), std::pair(0400, true),
                                           std::pair(0604, false), std::pair(0602, false), std::pair(0660, false)}) {
            fs::permissions(file, static_cast<fs::perms>(mode));
            const auto found = OneLineSecret::requirePrivate(file);
            CPPUNIT_ASSERT_EQUAL(closed, found.ok());
            if (!closed) CPPUNIT_ASSERT(found.error().detail.find("chmod 600 " + file.string()) != std::string::npos);
        }
        CPPUNIT_ASSERT(OneLineSecret::requirePrivate(folder_.path() / "absent").ok());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OneLineSecretTest);

}  // namespace
}  // namespace claviger::tests
