// The documentation of the errors is the table that the service uses.

#include "fcgi/http/problem.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <set>

namespace claviger::tests {

class ProblemTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ProblemTest);
    CPPUNIT_TEST(theReadmeHasTheRowOfEachProblem);
    CPPUNIT_TEST(eachCodeStandsForOneProblem);
    CPPUNIT_TEST_SUITE_END();

    static std::string rowOf(const fcgi::ProblemText& problem) {
        return "| `" + std::string(problem.code) + "` | " + std::to_string(problem.status) + " | " +
               std::string(problem.text) + " | " + std::string(problem.remedy) + " |\n";
    }

    static std::string readme() {
        std::ifstream in(README_OF_FCGI, std::ios::binary);
        CPPUNIT_ASSERT(in.is_open());
        return {std::istreambuf_iterator<char>(in), {}};
    }

    void theReadmeHasTheRowOfEachProblem() {
        std::string rows;
        for (const auto& problem : fcgi::allProblems()) rows += rowOf(problem);
        const auto text = readme();
        const auto begin = text.find("| `unauthorized` |");
        CPPUNIT_ASSERT(begin != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(rows, text.substr(begin, text.find("\n\n", begin) + 1 - begin));
    }

    void eachCodeStandsForOneProblem() {
        std::set<std::string_view> codes;
        for (const auto& problem : fcgi::allProblems()) CPPUNIT_ASSERT(codes.insert(problem.code).second);
        CPPUNIT_ASSERT(codes.size() > 30);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProblemTest);

}  // namespace claviger::tests
