#include "fcgi/telemetry/log.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cmath>
#include <string>

namespace claviger::tests {
namespace {

using fcgi::formatLogLine;
using fcgi::LogValue;

std::string written(const LogValue& value) {
    const auto line = formatLogLine({{"v", value}});
    const auto start = line.find("\"v\":") + 4;
    return line.substr(start, line.size() - 2 - start);
}

class LogTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LogTest);
    CPPUNIT_TEST(isOneLineLedByTheTime);
    CPPUNIT_TEST(writesNumbers);
    CPPUNIT_TEST(escapesQuotesAndControlCharacters);
    CPPUNIT_TEST(replacesWhatIsNotUtf8);
    CPPUNIT_TEST(cutsLongTexts);
    CPPUNIT_TEST_SUITE_END();

    void isOneLineLedByTheTime() {
        const auto line = formatLogLine({{"level", "info"}, {"event", "x"}, {"pid", 42}});
        const auto times = std::string("{\"time\":\"2026-11-23T16:02:07.123Z\"").size();
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"time":"2)"), line.substr(0, 10));
        CPPUNIT_ASSERT_EQUAL(std::string(R"(,"level":"info","event":"x","pid":42})") + "\n", line.substr(times));
    }

    void writesNumbers() {
        CPPUNIT_ASSERT_EQUAL(std::string("-7"), written(-7));
        CPPUNIT_ASSERT_EQUAL(std::string("0.25"), written(0.25));
        CPPUNIT_ASSERT_EQUAL(std::string("null"), written(std::nan("")));
    }

    void escapesQuotesAndControlCharacters() {
        CPPUNIT_ASSERT_EQUAL(std::string(R"("a\"b\\c")"), written("a\"b\\c"));
        CPPUNIT_ASSERT_EQUAL(std::string(R"("\u000a\u000d\u0000\u001b\u007f")"),
                             written(std::string("\n\r\0\x1b\x7f", 5)));
        CPPUNIT_ASSERT_EQUAL(std::string(R"("\u0085")"), written("\xc2\x85"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"Zoë 🔑\""), written("Zoë 🔑"));
    }

    void replacesWhatIsNotUtf8() {
        CPPUNIT_ASSERT_EQUAL(std::string("\"a\uFFFDb\""), written("a\xff"
                                                                  "b"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"\uFFFD\uFFFD\""), written("\xc0\xaf"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"\uFFFD\uFFFD\uFFFD\""), written("\xed\xa0\x80"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"\uFFFD\uFFFD\uFFFD\""), written("\xf0\x9f\x94"));
    }

    void cutsLongTexts() {
        const std::string kept(fcgi::kLongestLogText, 'x');
        CPPUNIT_ASSERT_EQUAL("\"" + kept + "\"", written(kept));
        CPPUNIT_ASSERT_EQUAL("\"" + kept + "…\"", written(kept + "y"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogTest);

}  // namespace
}  // namespace claviger::tests
