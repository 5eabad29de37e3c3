#include "domain/secrets/random.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace claviger::tests {
namespace {

using domain::secrets::fillRandomBelow;

class RandomTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RandomTest);
    CPPUNIT_TEST(givesEveryNumberBelowTheBoundAndNoOther);
    CPPUNIT_TEST(refusesABoundWithoutNumbers);
    CPPUNIT_TEST_SUITE_END();

    // 10,000 draws miss one of 62 numbers with a probability below 1e-68.
    void givesEveryNumberBelowTheBoundAndNoOther() {
        std::array<std::uint8_t, 10'000> numbers{};
        fillRandomBelow(62, numbers);
        CPPUNIT_ASSERT_EQUAL(61, int{*std::max_element(numbers.begin(), numbers.end())});
        for (std::uint8_t number = 0; number < 62; ++number)
            CPPUNIT_ASSERT(std::find(numbers.begin(), numbers.end(), number) != numbers.end());
    }

    void refusesABoundWithoutNumbers() {
        std::array<std::uint8_t, 2> numbers{7, 7};
        CPPUNIT_ASSERT_THROW(fillRandomBelow(0, numbers), std::invalid_argument);
        CPPUNIT_ASSERT((numbers == std::array<std::uint8_t, 2>{7, 7}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RandomTest);

}  // namespace
}  // namespace claviger::tests
