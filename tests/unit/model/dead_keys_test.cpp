#include "domain/model/dead_keys.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using domain::DeadKeys;
using domain::TenantId;

const std::string kHash(32, 'h'), kOtherHash(32, 'o');
const std::string kId(16, 'i'), kOtherId(16, 'x');

class DeadKeysTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DeadKeysTest);
    CPPUNIT_TEST(findsAKeyByItsHashOrByItsId);
    CPPUNIT_TEST(findsAKeyWithoutAnIdByItsHashOnly);
    CPPUNIT_TEST(findsNoKeyOfAnotherTenant);
    CPPUNIT_TEST_SUITE_END();

    const TenantId acme_ = TenantId::make(ManualClock::kStart), globex_ = TenantId::make(ManualClock::kStart);

    void findsAKeyByItsHashOrByItsId() {
        DeadKeys dead;
        dead.add(acme_.bytes(), kHash, kId);
        CPPUNIT_ASSERT(dead.has(acme_, kHash, kOtherId));
        CPPUNIT_ASSERT(dead.has(acme_, kOtherHash, kId));
        CPPUNIT_ASSERT(!dead.has(acme_, kOtherHash, kOtherId));
    }

    void findsAKeyWithoutAnIdByItsHashOnly() {
        DeadKeys dead;
        dead.add(acme_.bytes(), kHash, std::nullopt);
        CPPUNIT_ASSERT(dead.has(acme_, kHash, kId));
        CPPUNIT_ASSERT(!dead.has(acme_, kOtherHash, kId));
    }

    void findsNoKeyOfAnotherTenant() {
        DeadKeys dead;
        dead.add(acme_.bytes(), kHash, kId);
        CPPUNIT_ASSERT(!dead.has(globex_, kHash, kId));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeadKeysTest);

}  // namespace
}  // namespace claviger::tests
