#pragma once

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include "persistence/connection/connections.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

// The base of the tests of one connection.
class ConnectionFixture : public CppUnit::TestFixture {
protected:
    static TestDatabase& database() { return TestDatabase::instance(); }

    // Works on one fresh tenant with the tool's account.
    template <class Work>
    static void onTenant(const Work& work) {
        const auto tenant = database().makeTenant();
        const persistence::Names names{{"schema", persistence::Identifier::schema(tenant.schema)}};
        const auto lease = database().tool().borrow();
        work(*lease, names);
    }
};

}  // namespace claviger::tests
