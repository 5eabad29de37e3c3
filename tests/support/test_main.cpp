// The main of every C++ test binary. It runs all tests, or those whose names contain one of the arguments (unit_tests
// KeyNameTest, api_tests SignInTest::answers401ForAWrongPassword). It prints each failure and ends with the line "N
// passed, N failed". The exit status is 1 if a test failed or none ran.

#include <cppunit/Exception.h>
#include <cppunit/Message.h>
#include <cppunit/SourceLine.h>
#include <cppunit/Test.h>
#include <cppunit/TestFailure.h>
#include <cppunit/TestListener.h>
#include <cppunit/TestResult.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "domain/secrets/initialize.h"

namespace {

class Listener final : public CppUnit::TestListener {
public:
    void startTest(CppUnit::Test*) override { failing_ = false; }

    void addFailure(const CppUnit::TestFailure& failure) override {
        failing_ = true;
        const auto line = failure.sourceLine();
        std::cout << "FAILED " << failure.failedTestName() << '\n';
        if (line.isValid()) std::cout << "  " << line.fileName() << ':' << line.lineNumber() << '\n';
        const auto message = failure.thrownException()->message();
        std::cout << "  " << message.shortDescription() << '\n' << message.details() << std::endl;
    }

    void endTest(CppUnit::Test*) override { ++(failing_ ? failed_ : passed_); }

    int passed() const { return passed_; }
    int failed() const { return failed_; }

private:
    bool failing_ = false;
    int passed_ = 0;
    int failed_ = 0;
};

// Runs the single tests under `test` whose names contain one of `wanted`; all of them if that is empty.
void runChosen(CppUnit::Test& test, const std::vector<std::string>& wanted, CppUnit::TestResult& result) {
    for (int i = 0; i < test.getChildTestCount(); ++i) runChosen(*test.getChildTestAt(i), wanted, result);
    if (test.getChildTestCount() > 0) return;
    const auto name = test.getName();
    const auto isIn = [&](const std::string& part) { return name.find(part) != std::string::npos; };
    if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), isIn)) test.run(&result);
}

}  // namespace

int main(int count, char** arguments) {
    claviger::domain::secrets::initialize();
    const std::vector<std::string> wanted(arguments + 1, arguments + count);
    const std::unique_ptr<CppUnit::Test> all(CppUnit::TestFactoryRegistry::getRegistry().makeTest());
    Listener listener;
    CppUnit::TestResult result;
    result.addListener(&listener);
    runChosen(*all, wanted, result);
    std::cout << listener.passed() << " passed, " << listener.failed() << " failed" << std::endl;
    return listener.failed() > 0 || listener.passed() == 0 ? 1 : 0;
}
