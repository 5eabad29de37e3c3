#pragma once

#include "domain/ports/control/migration_failures.h"
#include "domain/ports/control/migrations.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// The control schema's table migration_failures, with the tool's account. record() creates the table if it is not
// there. Without it all() is empty and clear() does nothing. A reason is cut after 4,000 bytes. Thread-safe.
class MySqlMigrationFailures final : public domain::MigrationFailures {
public:
    explicit MySqlMigrationFailures(Connections& connections) : connections_(connections) {}  // must outlive this

    std::vector<Failure> all() const override;
    void record(const Failure&) override;
    void clear(const domain::TenantId&) override;

private:
    Connections& connections_;
};

}  // namespace claviger::persistence
