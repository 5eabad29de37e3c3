// The findings about a guard, from the answers of its address.
#include "domain/doctor/guard_checks.h"

#include <cppunit/extensions/HelperMacros.h>

namespace claviger::tests {

using domain::Credential;
using domain::GuardAnswer;
using domain::GuardProbe;
using domain::Severity;

class GuardChecksTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(GuardChecksTest);
    CPPUNIT_TEST(findsNothingWhereOnlyTheActiveKeyPasses);
    CPPUNIT_TEST(namesARequestThatIsLetIn);
    CPPUNIT_TEST(countsEachAnswerButARefusalAsOpen);
    CPPUNIT_TEST(givesUpWhereNothingAnswers);
    CPPUNIT_TEST(seesACacheThatKeptTheActiveKeysAnswer);
    CPPUNIT_TEST(seesAPathThatAnotherLocationTakes);
    CPPUNIT_TEST(takesAPreflightForAWarning);
    CPPUNIT_TEST(saysThatALivingKeyIsRefused);
    CPPUNIT_TEST(asksNothingWithALivingKeyThatItHasNot);
    CPPUNIT_TEST(warnsWhereADeadKeyGets403);
    CPPUNIT_TEST(namesTheHostWhereOnlyAMissingKeyGets401);
    CPPUNIT_TEST(saysNothingOf403WhereClavigerAnswersOrTheActiveKeyPasses);
    CPPUNIT_TEST(tellsAKeyThatClavigerRefusesFromAnAnswerThatDidNotCome);
    CPPUNIT_TEST(givesOneRemedyWhereEverythingIsLetIn);
    CPPUNIT_TEST(keepsTheRemediesOfOtherFaultsWhereEverythingIsLetIn);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsNothingWhereOnlyTheActiveKeyPasses() {
        for (const auto& finding : domain::checkGuard(sound, true))
            CPPUNIT_ASSERT_EQUAL_MESSAGE(finding.what, static_cast<int>(Severity::kGood),
                                         static_cast<int>(finding.severity));
    }

    void namesARequestThatIsLetIn() {
        const auto finding = of("guard_without_key", [](const GuardProbe&) { return GuardAnswer{200}; });
        CPPUNIT_ASSERT(finding.severity == Severity::kSerious);
        CPPUNIT_ASSERT(finding.what.starts_with("GET with no key got 200"));
        CPPUNIT_ASSERT(finding.fix.find("auth_request /_claviger_guard") != std::string::npos);
    }

    void countsEachAnswerButARefusalAsOpen() {
        for (const int status : {200, 204, 301, 302, 304, 400, 404, 405, 429, 500, 502, 503}) {
            const auto answer = [&](const GuardProbe& probe) {
                return probe.credential == Credential::kLive ? sound(probe) : GuardAnswer{status};
            };
            for (const auto* check : {"guard_without_key", "guard_wrong_key", "guard_paths"})
                CPPUNIT_ASSERT_MESSAGE(std::to_string(status), of(check, answer).severity == Severity::kSerious);
        }
    }

    void givesUpWhereNothingAnswers() {
        int asked = 0;
        const auto findings = domain::checkGuard(
            [&](const GuardProbe&) {
                return ++asked, GuardAnswer{0, {}, "gone"};
            },
            true);
        CPPUNIT_ASSERT_EQUAL(1, asked);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, findings.size());
        CPPUNIT_ASSERT(findings.front().severity == Severity::kSerious);
    }

    void seesACacheThatKeptTheActiveKeysAnswer() {
        bool cached = false;
        const auto answer = [&](const GuardProbe& probe) {
            cached = cached || probe.credential == Credential::kLive;
            return GuardAnswer{cached ? 200 : 401};
        };
        CPPUNIT_ASSERT(of("guard_without_key", answer).severity == Severity::kSerious);
    }

    void seesAPathThatAnotherLocationTakes() {
        const auto answer = [](const GuardProbe& probe) {
            return probe.below == "x.php" ? GuardAnswer{404} : sound(probe);
        };
        const auto finding = of("guard_paths", answer);
        CPPUNIT_ASSERT(finding.what.find("x.php below it with no key got 404") != std::string::npos);
        CPPUNIT_ASSERT(finding.fix.find("location ^~") != std::string::npos);
        CPPUNIT_ASSERT(of("guard_without_key", answer).severity == Severity::kGood);
    }

    void takesAPreflightForAWarning() {
        const auto answer = [](const GuardProbe& probe) {
            return probe.method == "OPTIONS" ? GuardAnswer{204} : sound(probe);
        };
        CPPUNIT_ASSERT(of("guard_methods", answer).severity == Severity::kWarning);
    }

    void saysThatALivingKeyIsRefused() {
        const auto finding = of("guard_active_key", [](const GuardProbe&) { return GuardAnswer{401}; });
        CPPUNIT_ASSERT(finding.severity == Severity::kSerious);
        CPPUNIT_ASSERT(finding.what.starts_with("GET with the active key got 401"));
    }

    void asksNothingWithALivingKeyThatItHasNot() {
        const auto findings = domain::checkGuard(
            [](const GuardProbe& probe) {
                CPPUNIT_ASSERT(probe.credential != Credential::kLive);
                return GuardAnswer{401};
            },
            false);
        for (const auto& finding : findings) CPPUNIT_ASSERT(finding.check != "guard_active_key");
    }

    void warnsWhereADeadKeyGets403() {
        const auto findings = domain::checkGuard([](const GuardProbe&) { return GuardAnswer{403}; }, false);
        const auto& last = findings.back();
        CPPUNIT_ASSERT_EQUAL(std::string("guard_closed"), last.check);
        CPPUNIT_ASSERT(last.severity == Severity::kWarning);
        for (const auto* word : {"401", "error log", "socket", "nginx's account", "--key-file"})
            CPPUNIT_ASSERT_MESSAGE(word, (last.what + last.fix).find(word) != std::string::npos);
        for (const auto& finding : findings)
            CPPUNIT_ASSERT(finding.check == last.check || finding.severity == Severity::kGood);
    }

    void namesTheHostWhereOnlyAMissingKeyGets401() {
        const auto findings = domain::checkGuard(
            [](const GuardProbe& probe) { return GuardAnswer{probe.credential == Credential::kNone ? 401 : 403}; },
            false);
        CPPUNIT_ASSERT_EQUAL(std::string("guard_closed"), findings.back().check);
        CPPUNIT_ASSERT(findings.back().fix.find("$claviger_host") != std::string::npos);
        CPPUNIT_ASSERT(findings.back().fix.find("socket") == std::string::npos);
    }

    void saysNothingOf403WhereClavigerAnswersOrTheActiveKeyPasses() {
        const auto deniesPaths = [](const GuardProbe& probe) { return GuardAnswer{probe.below.empty() ? 401 : 403}; };
        const auto letsIn = [](const GuardProbe& probe) {
            return GuardAnswer{probe.credential == Credential::kLive ? 200 : 403};
        };
        const auto open = [](const GuardProbe& probe) { return GuardAnswer{probe.method == "GET" ? 200 : 403}; };
        for (const auto& findings : {domain::checkGuard(deniesPaths, false), domain::checkGuard(letsIn, true),
                                     domain::checkGuard(open, false)})
            for (const auto& finding : findings) CPPUNIT_ASSERT(finding.check != "guard_closed");
    }

    void tellsAKeyThatClavigerRefusesFromAnAnswerThatDidNotCome() {
        const auto fixAt = [](int withoutKey, int withKey) {
            const auto answer = [=](const GuardProbe& probe) {
                return GuardAnswer{probe.credential == Credential::kLive ? withKey : withoutKey};
            };
            return of("guard_active_key", answer).fix;
        };
        CPPUNIT_ASSERT(fixAt(401, 401).find("another tenant") != std::string::npos);
        CPPUNIT_ASSERT(fixAt(401, 401).find("socket") == std::string::npos);
        CPPUNIT_ASSERT(fixAt(401, 403).find("$claviger_host") != std::string::npos);
        for (const auto* word : {"nginx's account", "socket", "error log"})
            CPPUNIT_ASSERT_MESSAGE(word, fixAt(403, 403).find(word) != std::string::npos);
    }

    void givesOneRemedyWhereEverythingIsLetIn() {
        const auto returns = [](const GuardProbe&) { return GuardAnswer{200}; };
        CPPUNIT_ASSERT(of("guard_without_key", returns).fix.find("\"return\"") != std::string::npos);
        for (const auto* check : {"guard_wrong_key", "guard_methods", "guard_paths"}) {
            const auto finding = of(check, returns);
            CPPUNIT_ASSERT(finding.severity == Severity::kSerious);
            CPPUNIT_ASSERT_EQUAL(std::string("See guard_without_key: fix that first, then run this again."),
                                 finding.fix);
        }
    }

    void keepsTheRemediesOfOtherFaultsWhereEverythingIsLetIn() {
        const auto broken = [](const GuardProbe& probe) { return GuardAnswer{probe.below.empty() ? 200 : 502}; };
        CPPUNIT_ASSERT(of("guard_paths", broken).fix.find("error log") != std::string::npos);
        const auto preflights = [](const GuardProbe&) { return GuardAnswer{204}; };
        CPPUNIT_ASSERT(of("guard_methods", preflights).what.find("OPTIONS") == std::string::npos);
    }

private:
    static GuardAnswer sound(const GuardProbe& probe) { return {probe.credential == Credential::kLive ? 200 : 401}; }

    static domain::Finding of(const std::string& check, const domain::GuardProber& ask) {
        for (auto& finding : domain::checkGuard(ask, true))
            if (finding.check == check) return finding;
        CPPUNIT_FAIL("there is no finding " + check);
        return {};
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GuardChecksTest);

}  // namespace claviger::tests
