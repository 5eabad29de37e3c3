#include "domain/secrets/easy_guesses.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>

#include "domain/secrets/common_passwords.h"

namespace claviger::tests {
namespace {

using domain::secrets::easyGuess;
using domain::secrets::kCommonPasswords;

constexpr auto kAnn = "ann.lee@acme-corp.example";

class EasyGuessesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EasyGuessesTest);
    CPPUNIT_TEST(knows3000CommonPasswords);
    CPPUNIT_TEST(findsEachCommonPasswordInAnyCase);
    CPPUNIT_TEST(findsOneCharacterThatIsRepeated);
    CPPUNIT_TEST(findsWordsOfTheEmailAndDigits);
    CPPUNIT_TEST(findsNothingInOtherPasswords);
    CPPUNIT_TEST(takesParticularTextsForNoPatterns);
    CPPUNIT_TEST_SUITE_END();

    static void assertEasy(const std::string& password) {
        CPPUNIT_ASSERT_MESSAGE(password, easyGuess(password, kAnn).has_value());
    }
    static void assertHard(const std::string& password) {
        CPPUNIT_ASSERT_MESSAGE(password, !easyGuess(password, kAnn).has_value());
    }

    template <class Work>
    static void forEachCommon(const Work& work) {
        for (std::size_t begin = 1, end = 0; begin < kCommonPasswords.size(); begin = end + 1) {
            end = kCommonPasswords.find('\n', begin);
            work(std::string(kCommonPasswords.substr(begin, end - begin)));
        }
    }

    void knows3000CommonPasswords() {
        CPPUNIT_ASSERT_EQUAL(3001l, std::count(kCommonPasswords.begin(), kCommonPasswords.end(), '\n'));
        std::string before;
        forEachCommon([&](const std::string& password) {
            CPPUNIT_ASSERT_MESSAGE(password, password.size() >= 12 && before < password);
            before = password;
        });
    }

    void findsEachCommonPasswordInAnyCase() {
        forEachCommon([](std::string password) {
            assertEasy(password);
            for (char& c : password)
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            assertEasy(password);
        });
        for (const auto* password : {"qwertyuiop12", "Qwertyuiop123", "passwordpassword", "unbelievable"})
            assertEasy(password);
    }

    void findsOneCharacterThatIsRepeated() {
        for (const auto* password :
             {"xxxxxxxxxxxx", "xXxXxXxXxXxX", "            ", "!!!!!!!!!!!!!!!!", "éééééééé", "😀😀😀"})
            assertEasy(password);
        assertEasy(std::string(1024, 'q'));
        assertHard("xxxxxxxxxxxy");
        assertHard("éééééééè");
    }

    void findsWordsOfTheEmailAndDigits() {
        for (const auto* password :
             {"annleeacmecorp", "AnnLeeAcme2026", "2026-ann-lee-2026", "ann.lee@acme-corp.example", "Acme_Corp_0001!",
              "leeleeleelee", "839201746512", "12-34-56-78-90"})
            assertEasy(password);
        CPPUNIT_ASSERT(easyGuess("jos\xC3\xA9 jos\xC3\xA9 2026", "jos\xC3\xA9@acme.example").has_value());
    }

    void findsNothingInOtherPasswords() {
        for (const auto* password :
             {"correct horse battery", "annleeacmecorpx", "ann le acme corp", "annlee-keys-2026", "wqertyuiop12",
              "xn--unbelievable", "#$%^&*()_+!@{}|<>?", "\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xf0"})
            assertHard(password);
    }

    void takesParticularTextsForNoPatterns() {
        assertHard("unbelievable\nunbelievably");
        assertHard("nbelievabl%_");
        const auto first = std::string(kCommonPasswords.substr(1, kCommonPasswords.find('\n', 1)));
        assertHard(first + std::string(kCommonPasswords.substr(first.size() + 1, 13)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EasyGuessesTest);

}  // namespace
}  // namespace claviger::tests
