#pragma once

#include <map>
#include <string>

#include "domain/fence/invalidations.h"
#include "persistence/connection/connection.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {

// What a duplicate in a unique index means: the refusal of the transaction.
using Refusals = std::map<std::string, domain::ErrorCode>;

// A connection within one unit of work. {schema} in its statements is replaced by the schema of one tenant. Each method
// is Connection's of the same name, and throws what that throws. For one thread.
class TenantConnection {
public:
    // The connection, `changes` and `refusals` must outlive this; of the tenant it keeps a copy. invalidate() adds to
    // `changes`, refuseDuplicates() to `refusals`.
    TenantConnection(Connection& connection, const domain::Tenant& tenant, domain::Invalidations& changes,
                     Refusals& refusals)
        : connection_(connection),
          tenant_(tenant.id),
          names_{{"schema", Identifier::schema(tenant.schema)}},
          changes_(changes),
          refusals_(refusals) {}

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

    // For a deferred statement: a duplicate in this index ends the transaction with this refusal.
    void refuseDuplicates(const std::string& index, domain::ErrorCode refusal) const { refusals_[index] = refusal; }

    const domain::TenantId& tenant() const { return tenant_; }

private:
    Connection& connection_;
    domain::TenantId tenant_;
    Names names_;
    domain::Invalidations& changes_;
    Refusals& refusals_;
};

}  // namespace claviger::persistence
