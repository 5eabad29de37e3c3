#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/connection/statement.h"

namespace claviger::persistence {

// Rights by what they are on: "claviger.tenants" has SELECT, and UPDATE (a) for a column. "*.*" never has USAGE, which
// is none.
using Rights = std::map<std::string, std::set<std::string>>;

// One statement GRANT … ON … TO …, as we send it and as SHOW GRANTS tells it, into the rights that it gives. A right to
// hand on is the right "GRANT OPTION". A grant of a role gives none.
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

// The name of the role that a statement GRANT role TO … gives; empty for any other.
std::string roleOf(std::string_view statement);

// What `there` lacks of `wanted`, and what it has beyond it: "SELECT on claviger.tenants, …"; empty if nothing.
std::string lackOf(const Rights& wanted, const Rights& there);

}  // namespace claviger::persistence
