#include "domain/base/clock.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace claviger::tests {
namespace {

using domain::iso8601;
using domain::Timestamp;
using namespace std::chrono;
using namespace std::chrono_literals;

class ClockTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ClockTest);
    CPPUNIT_TEST(writesUtcWithMillisecondsAndZ);
    CPPUNIT_TEST(cutsMicrosecondsInsteadOfRounding);
    CPPUNIT_TEST(knowsLeapDays);
    CPPUNIT_TEST(writesMomentsBefore1970);
    CPPUNIT_TEST(systemClockTellsTheTime);
    CPPUNIT_TEST(readsTheFormOfTheDatabaseAndNoOther);
    CPPUNIT_TEST_SUITE_END();

    void writesUtcWithMillisecondsAndZ() {
        const Timestamp moment = sys_days{2026y / November / 23} + 16h + 2min + 7s + 123ms;
        CPPUNIT_ASSERT_EQUAL(std::string("2026-11-23T16:02:07.123Z"), iso8601(moment));
        CPPUNIT_ASSERT_EQUAL(std::string("1970-01-01T00:00:00.000Z"), iso8601(Timestamp{}));
    }

    void cutsMicrosecondsInsteadOfRounding() {
        const Timestamp moment = sys_days{2026y / December / 31} + 23h + 59min + 59s + 999'999us;
        CPPUNIT_ASSERT_EQUAL(std::string("2026-12-31T23:59:59.999Z"), iso8601(moment));
    }

    void knowsLeapDays() {
        const Timestamp moment = sys_days{2028y / February / 28} + 24h;
        CPPUNIT_ASSERT_EQUAL(std::string("2028-02-29T00:00:00.000Z"), iso8601(moment));
    }

    void writesMomentsBefore1970() {
        CPPUNIT_ASSERT_EQUAL(std::string("1969-12-31T23:59:59.999Z"), iso8601(Timestamp{-1us}));
    }

    void readsTheFormOfTheDatabaseAndNoOther() {
        CPPUNIT_ASSERT(domain::parseMoment("2026-11-23 16:02:07.123456") ==
                       Timestamp{sys_days{2026y / November / 23} + 16h + 2min + 7s + 123'456us});
        for (const auto* text :
             {"", "2026-11-23", "2026-11-23 16:02:07", "2026-11-23T16:02:07.123456", "2026-11-23 16:02:07.1234567",
              "2026-02-29 00:00:00.000000", "2026-11-23 24:00:00.000000", "2026-11-23 23:60:00.000000",
              "2026-11-23 23:59:60.000000", "-026-11-23 16:02:07.123456"})
            CPPUNIT_ASSERT_MESSAGE(text, !domain::parseMoment(text));
    }

    void systemClockTellsTheTime() {
        const auto before = system_clock::now();
        const auto told = domain::SystemClock().now();
        CPPUNIT_ASSERT(told >= floor<microseconds>(before));
        CPPUNIT_ASSERT(told <= system_clock::now());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClockTest);

}  // namespace
}  // namespace claviger::tests
