#pragma once

#include <string>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::tests {

// A statement of the sources in a form that can be prepared: the names are filled in, and each list of values has one
// row.
struct NamedStatement {
    std::string name;  // mysql_users.cpp kFind
    std::string text;
};

// Returns the statements in the files of persistence/tenant/, and those that workers send to the control schema. Throws
// std::runtime_error if a file or a constant cannot be read.
std::vector<NamedStatement> statementsOnTenant(const domain::Tenant&);
std::vector<NamedStatement> statementsOnControl();

// Returns the statement with {schema}, {pairs} and {tuples} filled in.
std::string preparable(std::string statement, const domain::Tenant&);

// Whether only the tool sends the statement. Such statements are in persistence/tenant/ too, beside those of the
// workers.
bool isOfTheTool(const std::string& name);

}  // namespace claviger::tests
