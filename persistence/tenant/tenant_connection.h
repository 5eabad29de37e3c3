#pragma once

#include "domain/fence/invalidations.h"
#include "persistence/connection/connection.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {

// A connection within one unit of work. {schema} in its statements is replaced by the schema of one tenant. Each method
// is Connection's of the same name, and throws what that throws. For one thread.
class TenantConnection {
public:
    // The connection and `changes` must outlive this; of the tenant it keeps a copy. invalidate() adds to
    // `changes`.
    TenantConnection(Connection& connection, const domain::Tenant& tenant, domain::Invalidations& changes)
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

    // Every method that revokes or restores a user, a session or a key must call this with its shard, and every method
    // that changes a list of keys with that of the list. The transaction bumps the shard when it commits
    // (transactions.h).
    void invalidate(domain::Shard shard) const { changes_.add(shard); }

    const domain::TenantId& tenant() const { return tenant_; }

private:
    Connection& connection_;
    domain::TenantId tenant_;
    Names names_;
    domain::Invalidations& changes_;
};

}  // namespace claviger::persistence
