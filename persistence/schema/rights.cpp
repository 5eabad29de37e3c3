#include "persistence/schema/rights.h"

#include <algorithm>
#include <utility>

namespace claviger::persistence {
namespace {

constexpr std::string_view kGrant = "GRANT ";
constexpr std::string_view kOn = " ON ";
constexpr std::string_view kTo = " TO ";

std::string withoutQuotes(std::string_view text) {
    std::string bare(text);
    std::erase(bare, '`');
    return bare;
}

// Splits "UPDATE (a, b)" into "UPDATE (a)" and "UPDATE (b)": servers list the columns in different orders.
void addRight(std::set<std::string>& rights, const std::string& right) {
    const auto open = right.find(" (");
    if (open == std::string::npos) {
        rights.insert(right);
        return;
    }
    auto rest = std::string_view(right).substr(open + 2);
    while (!rest.empty()) {
        const auto end = rest.find_first_of(",)");
        rights.insert(right.substr(0, open) + " (" + std::string(rest.substr(0, end)) + ")");
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(", )", end)));
    }
}

// Splits "SELECT, INSERT (a, b)" at its commas outside parentheses.
std::set<std::string> splitRights(std::string_view text) {
    std::set<std::string> rights;
    std::string right;
    int depth = 0;
    for (const char c : text) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (c == ',' && depth == 0) {
            addRight(rights, std::exchange(right, {}));
        } else if (c != ' ' || !right.empty()) {
            right += c;
        }
    }
    addRight(rights, right);
    return rights;
}

}  // namespace

void addGrant(Rights& all, std::string_view statement) {
    const auto on = statement.find(kOn);
    const auto to = statement.find(kTo, on == std::string_view::npos ? 0 : on);
    if (!statement.starts_with(kGrant) || on == std::string_view::npos || to == std::string_view::npos) return;
    auto rights = splitRights(withoutQuotes(statement.substr(kGrant.size(), on - kGrant.size())));
    if (statement.ends_with(" WITH GRANT OPTION")) rights.insert("GRANT OPTION");
    rights.erase("USAGE");
    if (rights.empty()) return;
    all[withoutQuotes(statement.substr(on + kOn.size(), to - on - kOn.size()))].merge(rights);
}

Rights rightsIn(const std::vector<std::string>& statements) {
    Rights rights;
    for (const auto& statement : statements) addGrant(rights, statement);
    return rights;
}

std::string roleOf(std::string_view statement) {
    const auto to = statement.find(kTo);
    if (!statement.starts_with(kGrant) || to == std::string_view::npos) return {};
    const auto name = statement.substr(kGrant.size(), to - kGrant.size());
    return name.find(' ') == std::string_view::npos ? withoutQuotes(name.substr(0, name.find('@'))) : std::string();
}

std::string lackOf(const Rights& wanted, const Rights& there) {
    std::string lack;
    for (const auto& [object, rights] : wanted) {
        const auto found = there.find(object);
        for (const auto& right : rights)
            if (found == there.end() || !found->second.contains(right))
                lack += (lack.empty() ? "" : ", ") + right + " on " + object;
    }
    return lack;
}

}  // namespace claviger::persistence
