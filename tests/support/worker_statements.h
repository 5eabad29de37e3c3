#pragma once

#include <string>
#include <vector>

#include "domain/tenants/tenant.h"

namespace claviger::tests {

// A statement of the sources as it can be prepared: names filled in, lists of any length as one row.
struct NamedStatement {
    std::string name;  // mysql_users.cpp kFind
    std::string text;
};

// The statements of the sources that a worker may send, read off their files: those on a tenant's schema, and those on
// the control schema. Throws std::runtime_error for a constant that cannot be read.
std::vector<NamedStatement> statementsOnTenant(const domain::Tenant&);
std::vector<NamedStatement> statementsOnControl();

// {schema} and the tables of values, filled in.
std::string preparable(std::string statement, const domain::Tenant&);

// Those that the tool alone sends, though they stand beside the workers'.
bool isOfTheTool(const std::string& name);

}  // namespace claviger::tests
