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

// The statements in the files of persistence/tenant/, and those of the workers on the control schema. Throws std::runtime_error for a constant that cannot be read.
std::vector<NamedStatement> statementsOnTenant(const domain::Tenant&);
std::vector<NamedStatement> statementsOnControl();

// {schema} and the tables of values, filled in.
std::string preparable(std::string statement, const domain::Tenant&);

// Whether only the tool sends it. Such statements stand beside the workers' in persistence/tenant/.
bool isOfTheTool(const std::string& name);

}  // namespace claviger::tests
