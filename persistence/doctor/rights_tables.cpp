#include "persistence/doctor/rights_tables.h"

#include <cctype>
#include <string_view>

namespace claviger::persistence {
namespace {

// A role is a row without a host. The prune role has rights on all tenants, and another check compares them.
constexpr Sql kOnTables =
    "SELECT User, Db, Table_name, '' AS Column_name, Table_priv FROM mysql.tables_priv "
    "WHERE Host = '' AND User LIKE 'clv\\_%' AND User <> 'clv_prune' UNION ALL "
    "SELECT User, Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv "
    "WHERE Host = '' AND User LIKE 'clv\\_%' AND User <> 'clv_prune'";
// Also the roles that kOnTables leaves out: no tenant's role may have been granted one of them.
constexpr Sql kBroader =
    "SELECT User FROM mysql.db WHERE Host = '' UNION SELECT User FROM mysql.procs_priv WHERE Host = '' UNION "
    "SELECT role FROM mysql.claviger_global_rights UNION SELECT 'clv_prune' UNION "
    "SELECT User FROM mysql.tables_priv WHERE Host = '' AND User NOT LIKE 'clv\\_%' UNION "
    "SELECT User FROM mysql.columns_priv WHERE Host = '' AND User NOT LIKE 'clv\\_%'";
constexpr Sql kRolesOfRoles = "SELECT User, Role FROM mysql.roles_mapping WHERE Host = ''";
// The workers' account has the host part of the tool's.
constexpr Sql kStrangers =
    "SELECT DISTINCT CONCAT(User, '@', Host) AS account FROM mysql.roles_mapping WHERE Host <> '' "
    "AND Role LIKE 'clv\\_%' AND Role <> 'clv_prune' AND CONCAT(User, '@', Host) NOT IN "
    "(CURRENT_USER(), CONCAT(?, '@', SUBSTRING_INDEX(CURRENT_USER(), '@', -1))) ORDER BY account";

// The word of GRANT for one of a column's set: "Select" is SELECT.
std::string wordOf(std::string_view member) {
    if (member == "Grant") return "GRANT OPTION";
    std::string word;
    for (const char c : member) word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return word;
}

}  // namespace

RightsTables::RightsTables(Connection& tool) {
    for (const auto& role : tool.query(kBroader).map([](const Row& row) { return row.text(0); })) broader_.insert(role);
    for (auto& [holder, role] :
         tool.query(kRolesOfRoles).map([](const Row& row) { return std::pair(row.text(0), row.text(1)); }))
        roles_[holder].insert(role);
    tool.stream(kOnTables, {}, [&](const std::vector<Row::Column>& row) { add(row); });
}

// A row: the role, the schema, the table, the column or nothing, and a set such as "Select,Insert".
void RightsTables::add(const std::vector<Row::Column>& columns) {
    const Row row(columns);
    std::string_view members = row.text(4);
    if (members.empty()) return;
    const auto column = row.text(3).empty() ? std::string() : " (" + row.text(3) + ")";
    auto& rights = ofTables_[row.text(0)][row.text(1) + "." + row.text(2)];
    for (;;) {
        const auto comma = members.find(',');
        rights.insert(wordOf(members.substr(0, comma)) + column);
        if (comma == std::string_view::npos) return;
        members.remove_prefix(comma + 1);
    }
}

bool RightsTables::isExactly(const std::string& role, const Rights& wanted) const {
    Rights there;
    std::set<std::string> seen;
    collect(role, there, seen);
    for (const auto& each : seen)
        if (broader_.contains(each)) return false;
    return there == wanted;
}

void RightsTables::collect(const std::string& role, Rights& all, std::set<std::string>& seen) const {
    if (!seen.insert(role).second) return;
    if (const auto own = ofTables_.find(role); own != ofTables_.end())
        for (const auto& [object, rights] : own->second) all[object].insert(rights.begin(), rights.end());
    if (const auto granted = roles_.find(role); granted != roles_.end())
        for (const auto& each : granted->second) collect(each, all, seen);
}

std::vector<std::string> strangersWithRoles(Connection& tool, const std::string& workerUser) {
    return tool.query(kStrangers, {Text{workerUser}}).map([](const Row& row) { return row.text(0); });
}

}  // namespace claviger::persistence
