#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "persistence/connection/connection.h"
#include "persistence/schema/rights.h"

namespace claviger::persistence {

// The rights of all tenants' roles, read from the server's tables of rights at once. SHOW GRANTS looks through the
// rights of all tenants for each role. The statements are MariaDB's; accounts.sql lets the tool's account read these
// tables. The tables differ from what the server does only after a change by hand without FLUSH PRIVILEGES.
class RightsTables {
public:
    // Sends a constant number of statements. Throws DatabaseError if the account may not read one of the tables.
    explicit RightsTables(Connection& tool);

    // Whether the role has these rights on tables and columns, and no others anywhere. Counts the rights of roles that
    // were granted to it.
    bool isExactly(const std::string& role, const Rights& wanted) const;

private:
    void add(const std::vector<Row::Column>& row);
    void collect(const std::string& role, Rights& all, std::set<std::string>& seen) const;

    std::unordered_map<std::string, Rights> ofTables_;              // by role, with those of columns
    std::unordered_map<std::string, std::set<std::string>> roles_;  // the roles that were granted to a role
    std::set<std::string> broader_;  // roles with rights on schemas, on routines or on the whole server
};

// The accounts that may take a tenant's role beside the tool's and the workers', in order of their names. Throws as the
// constructor does.
std::vector<std::string> strangersWithRoles(Connection& tool, const std::string& workerUser);

}  // namespace claviger::persistence
