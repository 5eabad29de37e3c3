#pragma once

#include "cli/frame/answer.h"
#include "domain/tenants/migration_service.h"

namespace claviger::cli {

enum class Shown { kAll, kNotCurrent };

// The answers of the migration verbs. Thread-safe: pure functions.

// The answer of `claviger migrate`: kPartlyDone if a tenant failed, or if the report has a failure of the control
// schema.
Answer answerOfRun(const domain::MigrationReport&);

// The versions of the schemas. The text lists the control schema and the tenants that `Shown` selects, and counts all;
// the document has all. The status is kDone, also where a schema is behind or has failed.
Answer answerOfStatus(const domain::MigrationReport&, Shown);

// The SQL that `claviger migrate` would send, with comments that name the schema: kPartlyDone if a schema cannot be
// migrated.
Answer answerOfPlan(const std::vector<domain::SchemaPlan>&);

}  // namespace claviger::cli
