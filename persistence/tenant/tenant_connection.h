#pragma once

#include "domain/fence/standing_changes.h"
#include "persistence/connection/connection.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {

// A connection within a unit of work: {schema} in its statements is the schema of one tenant.
class TenantConnection {
public:
    // References must outlive this. What changes the standing of anybody is noted in `changes`.
    TenantConnection(Connection& connection, const domain::Tenant& tenant, domain::StandingChanges& changes)
        : connection_(connection),
          tenant_(tenant.id),
          names_{{"schema", Identifier::schema(tenant.schema)}},
          changes_(changes) {}

    Rows query(Sql statement, const Values& values = {}) const { return connection_.query(statement, values, names_); }
    std::uint64_t execute(Sql statement, const Values& values = {}) const {
        return connection_.execute(statement, values, names_);
    }
    void executeLater(Sql statement, const Values& values = {}) const {
        connection_.executeLater(statement, values, names_);
    }
    std::uint64_t executeOnTuples(Sql statement, const Tuples& tuples) const {
        return connection_.executeOnTuples(statement, tuples, names_);
    }

    // To be called by whatever takes away or gives back the standing of a user, a session or a key.
    void noteStandingChanged(domain::Slot slot) const { changes_.add(slot); }

    const domain::TenantId& tenant() const { return tenant_; }

private:
    Connection& connection_;
    domain::TenantId tenant_;
    Names names_;
    domain::StandingChanges& changes_;
};

}  // namespace claviger::persistence
