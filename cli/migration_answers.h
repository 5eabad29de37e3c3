#pragma once

#include "cli/answer.h"
#include "domain/tenants/migration_service.h"

namespace claviger::cli {

enum class Shown { kAll, kNotCurrent };

// What `claviger migrate` has come to: exit status 5 if a tenant failed.
Answer answerOfRun(const domain::MigrationReport&);

// How far the schemas are. The text shows the tenants that are asked for and counts the rest; the document has all.
Answer answerOfStatus(const domain::MigrationReport&, Shown);

// The SQL that `claviger migrate` would send, and comments that say to which schema.
Answer answerOfPlan(const std::vector<domain::SchemaPlan>&);

}  // namespace claviger::cli
