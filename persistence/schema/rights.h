#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/connection/statement.h"

namespace claviger::persistence {

// Rights by object: "claviger.tenants" has "SELECT", and "UPDATE (a)" for one column. USAGE means no right and is never
// in here.
using Rights = std::map<std::string, std::set<std::string>>;

// Adds the rights of one statement GRANT … ON … TO …, in the form of grants.h or of SHOW GRANTS. WITH GRANT OPTION adds
// the right "GRANT OPTION". Any other statement, such as the grant of a role, adds nothing.
void addGrant(Rights&, std::string_view statement);

// The rights that these statements give together.
Rights rightsIn(const std::vector<std::string>& statements);

// The rights that these constants give with the names put in.
template <class Statements>
Rights rightsOf(const Statements& statements, const Names& names) {
    Rights rights;
    for (const auto& statement : statements) addGrant(rights, compose(statement, {}, names));
    return rights;
}

// The name of the role in a statement GRANT role TO …; empty for any other statement.
std::string roleOf(std::string_view statement);

// The rights in `wanted` that `there` lacks: "SELECT on claviger.tenants, …". Empty if it lacks none.
std::string lackOf(const Rights& wanted, const Rights& there);

}  // namespace claviger::persistence
