#include "domain/base/id.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>

namespace claviger::tests {
namespace {

using domain::ApiKeyId;
using domain::makeUuid;
using domain::parseUuid;
using domain::Timestamp;
using domain::uuidText;
using namespace std::chrono_literals;

// The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22 PM GMT-05:00.
constexpr Timestamp kRfcMoment{1'645'557'742'000ms};

class IdTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(IdTest);
    CPPUNIT_TEST(holdsTheMillisecondInTheFirst48Bits);
    CPPUNIT_TEST(holdsVersion7AndTheVariant);
    CPPUNIT_TEST(givesItsTimeBackAndNoneOfAnotherVersion);
    CPPUNIT_TEST(sortsByTimeToTheMicrosecond);
    CPPUNIT_TEST(neverRepeatsWithinOneMoment);
    CPPUNIT_TEST(textAndBytesComeBackAsTheSameId);
    CPPUNIT_TEST(readsEitherCaseAndWritesLowerCase);
    CPPUNIT_TEST(refusesEveryOtherForm);
    CPPUNIT_TEST(refusesBytesOfAnotherLength);
    CPPUNIT_TEST_SUITE_END();

    void holdsTheMillisecondInTheFirst48Bits() {
        CPPUNIT_ASSERT_EQUAL(std::string("017f22e2-79b0-7"), uuidText(makeUuid(kRfcMoment)).substr(0, 15));
        CPPUNIT_ASSERT_EQUAL(std::string("017f22e2-79b1-7"), uuidText(makeUuid(kRfcMoment + 1ms)).substr(0, 15));
    }

    void holdsVersion7AndTheVariant() {
        for (int i = 0; i < 1000; ++i) {
            const auto uuid = makeUuid(kRfcMoment + std::chrono::microseconds{i});
            CPPUNIT_ASSERT_EQUAL(7, uuid[6] >> 4);
            CPPUNIT_ASSERT_EQUAL(2, uuid[8] >> 6);
        }
    }

    void sortsByTimeToTheMicrosecond() {
        auto earlier = makeUuid(kRfcMoment);
        for (int i = 1; i < 5000; ++i) {
            const auto later = makeUuid(kRfcMoment + std::chrono::microseconds{i});
            CPPUNIT_ASSERT(earlier < later);
            CPPUNIT_ASSERT(uuidText(earlier) < uuidText(later));
            earlier = later;
        }
    }

    void neverRepeatsWithinOneMoment() {
        std::set<ApiKeyId> made;
        for (int i = 0; i < 10'000; ++i) made.insert(ApiKeyId::make(kRfcMoment));
        CPPUNIT_ASSERT_EQUAL(std::size_t{10'000}, made.size());
    }

    void givesItsTimeBackAndNoneOfAnotherVersion() {
        const auto uuid = domain::makeUuid(kRfcMoment);
        CPPUNIT_ASSERT(domain::timeOfUuid(uuid) == std::chrono::floor<std::chrono::milliseconds>(kRfcMoment));
        auto other = uuid;
        other[6] = static_cast<std::uint8_t>(0x40 | (other[6] & 0x0f));
        CPPUNIT_ASSERT(!domain::timeOfUuid(other));
        other = uuid;
        other[8] = static_cast<std::uint8_t>(other[8] & 0x3f);
        CPPUNIT_ASSERT(!domain::timeOfUuid(other));
    }

    void textAndBytesComeBackAsTheSameId() {
        const auto id = ApiKeyId::make(kRfcMoment);
        CPPUNIT_ASSERT_EQUAL(std::size_t{36}, id.text().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{16}, id.bytes().size());
        CPPUNIT_ASSERT(id == *ApiKeyId::parse(id.text()));
        CPPUNIT_ASSERT(id == *ApiKeyId::fromBytes(id.bytes()));
    }

    void readsEitherCaseAndWritesLowerCase() {
        const auto uuid = parseUuid("017F22E2-79B0-7CC3-98c4-DC0C0C07398F");
        CPPUNIT_ASSERT(uuid.has_value());
        CPPUNIT_ASSERT_EQUAL(std::string("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), uuidText(*uuid));
    }

    void refusesEveryOtherForm() {
        for (const auto* text : {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
                                 "017f22e2 79b0 7cc3 98c4 dc0c0c07398f", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                                 "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739\xc3\xa9"})
            CPPUNIT_ASSERT_MESSAGE(text, !parseUuid(text));
        CPPUNIT_ASSERT(!parseUuid(std::string_view("017f22e2-79b0-7cc3-98c4-dc0c0c07398\0", 36)));
    }

    void refusesBytesOfAnotherLength() {
        CPPUNIT_ASSERT(!ApiKeyId::fromBytes(""));
        CPPUNIT_ASSERT(!ApiKeyId::fromBytes(std::string(15, 'x')));
        CPPUNIT_ASSERT(!ApiKeyId::fromBytes(std::string(17, 'x')));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IdTest);

}  // namespace
}  // namespace claviger::tests
