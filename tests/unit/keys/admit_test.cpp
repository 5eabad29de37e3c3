#include "domain/keys/admit.h"

#include <cppunit/extensions/HelperMacros.h>

namespace claviger::tests {
namespace {

using domain::Timestamp;
using namespace std::chrono_literals;

class AdmitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AdmitTest);
    CPPUNIT_TEST(anEmptyPolicyAdmitsEveryRequest);
    CPPUNIT_TEST_SUITE_END();

    void anEmptyPolicyAdmitsEveryRequest() {
        for (const auto& client : {domain::ClientInfo{}, domain::ClientInfo{"203.0.113.7", "Zapier"}})
            for (const auto now : {Timestamp{}, Timestamp{1'000'000h}})
                CPPUNIT_ASSERT(domain::admit({}, {client}, now).ok());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdmitTest);

}  // namespace
}  // namespace claviger::tests
