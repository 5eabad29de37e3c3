#pragma once

#include "persistence/connection/connection.h"

namespace claviger::persistence {

// A connection within a unit of work: {schema} in its statements is the schema of one tenant.
class TenantConnection {
public:
    TenantConnection(Connection& connection, const domain::SchemaName& schema)
        : connection_(connection), names_{{"schema", Identifier::schema(schema)}} {}

    Rows query(Sql statement, const Values& values = {}) const { return connection_.query(statement, values, names_); }
    std::uint64_t execute(Sql statement, const Values& values = {}) const {
        return connection_.execute(statement, values, names_);
    }
    std::uint64_t executeOnPairs(Sql statement, const Pairs& pairs) const {
        return connection_.executeOnPairs(statement, pairs, names_);
    }

private:
    Connection& connection_;
    Names names_;
};

}  // namespace claviger::persistence
