#include "fcgi/telemetry/repeated_fault.h"

#include <cppunit/extensions/HelperMacros.h>

#include <thread>

#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

class RepeatedFaultTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RepeatedFaultTest);
    CPPUNIT_TEST(logsTheFirstFailureAtOnce);
    CPPUNIT_TEST(logsEqualFailuresOnceAMinuteWithTheirNumber);
    CPPUNIT_TEST(logsOnceThatAllIsWellAgain);
    CPPUNIT_TEST(saysNothingOfWhatAlwaysWorked);
    CPPUNIT_TEST(aFaultThatComesAndGoesStaysOneFault);
    CPPUNIT_TEST(beginsAnewAfterItWasWell);
    CPPUNIT_TEST(logsEachCauseByItself);
    CPPUNIT_TEST(keepsNoMoreThanSomeCauses);
    CPPUNIT_TEST(aClockThatGoesBackSilencesNothing);
    CPPUNIT_TEST(countsEveryFailureOfManyThreads);
    CPPUNIT_TEST_SUITE_END();

    ManualClock clock_;
    std::vector<std::string> lines_;
    fcgi::RepeatedFault fault_{clock_, "error", "poller_failed",
                               [this](const fcgi::LogFields& fields) { lines_.push_back(withoutTime(fields)); }};

    static std::string withoutTime(const fcgi::LogFields& fields) {
        const auto line = fcgi::formatLogLine(fields);
        return line.substr(line.find("\"level\""));
    }

    void failFor(std::chrono::seconds time, const std::string& cause = "gone") {
        for (auto passed = 0s; passed < time; passed += 1s) {
            fault_.failed(cause);
            clock_.advance(1s);
        }
    }

    void expect(const std::vector<std::string>& wanted) {
        std::string all, got;
        for (const auto& line : wanted) all += line + "\n";
        for (const auto& line : lines_) got += line;
        CPPUNIT_ASSERT_EQUAL(all, got);
    }

    void logsTheFirstFailureAtOnce() {
        fault_.failed("gone");
        expect({R"("level":"error","event":"poller_failed","cause":"gone"})"});
    }

    void logsEqualFailuresOnceAMinuteWithTheirNumber() {
        failFor(181s);
        const std::string sixty = R"("level":"error","event":"poller_failed","cause":"gone","times":60})";
        expect({R"("level":"error","event":"poller_failed","cause":"gone"})", sixty, sixty, sixty});
    }

    void logsOnceThatAllIsWellAgain() {
        failFor(90s);
        lines_.clear();
        for (int i = 0; i < 5; ++i) fault_.worked();
        expect({R"("level":"info","event":"well_again","of":"poller_failed","failures":90,"seconds":89})"});
    }

    void saysNothingOfWhatAlwaysWorked() {
        for (int i = 0; i < 5; ++i) fault_.worked();
        expect({});
    }

    void aFaultThatComesAndGoesStaysOneFault() {
        for (int i = 0; i < 100; ++i) {
            fault_.failed("gone");
            clock_.advance(500ms);
            fault_.worked();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, lines_.size());
        clock_.advance(500ms);
        fault_.worked();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines_.size());
    }

    void beginsAnewAfterItWasWell() {
        failFor(3s);
        fault_.worked();
        lines_.clear();
        failFor(2s);
        fault_.worked();
        expect({R"("level":"error","event":"poller_failed","cause":"gone"})",
                R"("level":"info","event":"well_again","of":"poller_failed","failures":2,"seconds":1})"});
    }

    void logsEachCauseByItself() {
        for (int i = 0; i < 30; ++i) {
            failFor(1s, "gone");
            failFor(1s, "read-only");
        }
        fault_.failed("gone");
        expect({R"("level":"error","event":"poller_failed","cause":"gone"})",
                R"("level":"error","event":"poller_failed","cause":"read-only"})",
                R"("level":"error","event":"poller_failed","cause":"gone","times":30})"});
    }

    void keepsNoMoreThanSomeCauses() {
        for (int i = 0; i < 1000; ++i) fault_.failed("cause " + std::to_string(i));
        CPPUNIT_ASSERT_EQUAL(fcgi::RepeatedFault::kMostCauses, lines_.size());
        clock_.advance(1min);
        fault_.failed("one more");
        CPPUNIT_ASSERT(lines_.back().find(R"("cause":"one more","times":993)") != std::string::npos);
    }

    void aClockThatGoesBackSilencesNothing() {
        fault_.failed("gone");
        clock_.advance(-24h);
        fault_.failed("gone");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines_.size());
        fault_.failed("gone");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines_.size());
    }

    void countsEveryFailureOfManyThreads() {
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i)
                threads.emplace_back([this] {
                    for (int k = 0; k < 1000; ++k) {
                        fault_.failed("gone");
                        fault_.worked();
                    }
                });
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, lines_.size());
        clock_.advance(1min);
        fault_.failed("gone");
        CPPUNIT_ASSERT(lines_.back().find("\"times\":8000}") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepeatedFaultTest);

}  // namespace
}  // namespace claviger::tests
