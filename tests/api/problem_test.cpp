// The documentation of the errors is the table that the service uses.

#include "fcgi/http/problem.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <map>

namespace claviger::tests {

class ProblemTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ProblemTest);
    CPPUNIT_TEST(theReadmeHasTheRowOfEachProblem);
    CPPUNIT_TEST(eachCodeHasOneMeaning);
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
        std::string rows, last;
        for (const auto& problem : fcgi::allProblems()) {
            const auto row = rowOf(problem);
            if (row != last) rows += row;  // an unknown host and an unknown path look the same
            last = row;
        }
        const auto text = readme();
        const auto begin = text.find("| `unauthorized` |");
        CPPUNIT_ASSERT(begin != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(rows, text.substr(begin, text.find("\n\n", begin) + 1 - begin));
    }

    void eachCodeHasOneMeaning() {
        std::map<std::string_view, std::string> rows;
        for (const auto& problem : fcgi::allProblems()) {
            const auto [known, isNew] = rows.emplace(problem.code, rowOf(problem));
            CPPUNIT_ASSERT_EQUAL(known->second, rowOf(problem));
        }
        CPPUNIT_ASSERT(rows.size() > 30);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProblemTest);

}  // namespace claviger::tests
