#include "domain/base/parallel.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <atomic>
#include <barrier>
#include <stdexcept>

namespace claviger::tests {
namespace {

using domain::forEachInParallel;

class ParallelTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ParallelTest);
    CPPUNIT_TEST(eachIsDoneOnce);
    CPPUNIT_TEST(asManyAsJobsRunAtOnce);
    CPPUNIT_TEST(nothingToDoIsDoneAtOnce);
    CPPUNIT_TEST(anExceptionStopsTheRestAndIsThrown);
    CPPUNIT_TEST_SUITE_END();

    void eachIsDoneOnce() {
        for (const unsigned jobs : {1U, 3U, 64U}) {
            std::array<std::atomic<int>, 100> done{};
            forEachInParallel(jobs, done.size(), [&](std::size_t i) { ++done.at(i); });
            for (const auto& count : done) CPPUNIT_ASSERT_EQUAL(1, count.load());
        }
    }

    void asManyAsJobsRunAtOnce() {
        constexpr int kJobs = 4;
        std::barrier all(kJobs);  // no job passes before all four are in
        forEachInParallel(kJobs, kJobs, [&](std::size_t) { all.arrive_and_wait(); });
    }

    void nothingToDoIsDoneAtOnce() {
        forEachInParallel(4, 0, [](std::size_t) { CPPUNIT_FAIL("there is nothing to do"); });
    }

    void anExceptionStopsTheRestAndIsThrown() {
        std::atomic<std::size_t> begun = 0;
        const auto work = [&](std::size_t i) {
            ++begun;
            if (i == 10) throw std::runtime_error("ten");
        };
        CPPUNIT_ASSERT_THROW(forEachInParallel(1, 1000, work), std::runtime_error);
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, begun.load());
        CPPUNIT_ASSERT_THROW(forEachInParallel(4, 1000, work), std::runtime_error);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ParallelTest);

}  // namespace
}  // namespace claviger::tests
