// The distance of two spellings.
#include "domain/base/spelling.h"

#include <cppunit/extensions/HelperMacros.h>

namespace claviger::tests {

using domain::editDistance;

class SpellingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SpellingTest);
    CPPUNIT_TEST(countsInsertedDeletedAndChangedLetters);
    CPPUNIT_TEST(countsTwoSwappedNeighboursOnce);
    CPPUNIT_TEST_SUITE_END();

public:
    void countsInsertedDeletedAndChangedLetters() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, editDistance("test", "test"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, editDistance("tenat", "tenant"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, editDistance("tesst", "test"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, editDistance("tast", "test"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, editDistance("kitten", "sitting"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, editDistance("", "test"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, editDistance("test", ""));
    }

    void countsTwoSwappedNeighboursOnce() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, editDistance("dmeo", "demo"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, editDistance("tset", "test"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, editDistance("tset", "user"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, editDistance("etts", "test"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpellingTest);

}  // namespace claviger::tests
