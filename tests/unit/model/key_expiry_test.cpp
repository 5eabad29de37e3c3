#include "domain/model/key_expiry.h"

#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/manual_clock.h"
#include "tests/support/refusals.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::KeyExpiry;
using domain::Timestamp;
using namespace std::chrono;
using namespace std::chrono_literals;

constexpr auto kNow = ManualClock::kStart;

class KeyExpiryTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyExpiryTest);
    CPPUNIT_TEST(isNeverByDefault);
    CPPUNIT_TEST(countsDaysFromNow);
    CPPUNIT_TEST(readsAMoment);
    CPPUNIT_TEST(aDateEndsWithItsDayInUtc);
    CPPUNIT_TEST(refusesOtherForms);
    CPPUNIT_TEST(refusesWhatIsTooNearOrTooFar);
    CPPUNIT_TEST_SUITE_END();

    static std::optional<Timestamp> resolved(const KeyExpiry& expiry) { return expiry.resolve(kNow).value(); }
    static std::optional<Timestamp> read(const std::string& text) { return resolved(KeyExpiry::parse(text).value()); }

    void isNeverByDefault() { CPPUNIT_ASSERT(!resolved(KeyExpiry())); }

    void countsDaysFromNow() { CPPUNIT_ASSERT(resolved(KeyExpiry::after(days{30})) == kNow + 24h * 30); }

    void readsAMoment() {
        const Timestamp moment = sys_days{2026y / November / 23} + 16h + 2min + 7s;
        CPPUNIT_ASSERT(read("2026-11-23T16:02:07Z") == moment);
        CPPUNIT_ASSERT(read("2026-11-23t16:02:07z") == moment);
        CPPUNIT_ASSERT(read("2026-11-23T16:02:07.5Z") == moment + 500ms);
        CPPUNIT_ASSERT(read("2026-11-23T16:02:07.1234569Z") == moment + 123'456us);
        CPPUNIT_ASSERT(read("2026-11-23T21:32:07+05:30") == moment);
        CPPUNIT_ASSERT(read("2026-11-22T23:02:07.25-17:00") == moment + 250ms);
        CPPUNIT_ASSERT(read("2026-11-23T16:02:07-00:00") == moment);
    }

    void aDateEndsWithItsDayInUtc() {
        const Timestamp end = sys_days{2028y / March / 1};
        CPPUNIT_ASSERT(read("2028-02-29") == end - 1ms);
    }

    void refusesOtherForms() {
        for (const auto* text : {"",
                                 " ",
                                 "never",
                                 "30",
                                 "2027",
                                 "2027-1-1",
                                 "2027-01-32",
                                 "2027-02-29",
                                 "2027-13-01",
                                 "2027-01-01 ",
                                 "2027-01-01T",
                                 "2027-01-01T00:00",
                                 "2027-01-01T00:00:00",
                                 "2027-01-01 00:00:00Z",
                                 "2027-01-01T24:00:00Z",
                                 "2027-01-01T00:60:00Z",
                                 "2027-01-01T00:00:60Z",
                                 "2027-01-01T00:00:00.Z",
                                 "2027-01-01T00:00:00.5",
                                 "2027-01-01T00:00:00ZZ",
                                 "2027-01-01T00:00:00+0100",
                                 "2027-01-01T00:00:00+24:00",
                                 "2027-01-01T00:00:00+01:60",
                                 "2027-01-01T00:00:00,5Z",
                                 "+027-01-01T00:00:00Z",
                                 "12027-01-01T00:00:00Z",
                                 "2027-01-01T00:00:00.5+1:00",
                                 "2027-01-01T00:00:00.12345678901234567890"})
            CPPUNIT_ASSERT_MESSAGE(text, refusedWith(ErrorCode::kExpiryInvalid, KeyExpiry::parse(text)));
    }

    void refusesWhatIsTooNearOrTooFar() {
        for (const auto moment : {Timestamp{}, kNow, kNow + 1s - 1us, kNow + KeyExpiry::kMost + 1us})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kExpiryInvalid, KeyExpiry::at(moment).resolve(kNow)));
        for (const auto lifetime : {days{0}, days{-1}, days{36'501}})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kExpiryInvalid, KeyExpiry::after(lifetime).resolve(kNow)));
        CPPUNIT_ASSERT(resolved(KeyExpiry::at(kNow + 1s)) == kNow + 1s);
        CPPUNIT_ASSERT(resolved(KeyExpiry::after(days{36'500})) == kNow + KeyExpiry::kMost);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyExpiryTest);

}  // namespace
}  // namespace claviger::tests
