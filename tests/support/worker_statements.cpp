#include "tests/support/worker_statements.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string_view>

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOfTheTool = {
    std::string_view("mysql_key_index.cpp kRemove"),
    std::string_view("mysql_sessions.cpp kBumpEpoch"),
    std::string_view("mysql_users.cpp kAdd"),
    std::string_view("mysql_users.cpp kSetStatus"),
};

constexpr std::array kControlSources = {"fence/epoch_poller.cpp", "fence/recorded_peppers.cpp",
                                        "control/mysql_key_index.cpp", "control/mysql_tenant_directory.cpp",
                                        "connection/transactions.cpp"};

const fs::path& sources() {
    static const fs::path folder(PERSISTENCE_FOLDER);
    return folder;
}

std::string contentOf(const fs::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error(file.string() + " cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(std::string text, std::string_view what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

// Returns the joined content of adjacent string literals. \\ and \" are unescaped.
std::string joined(const std::string& literals) {
    static const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
    std::string text;
    for (std::sregex_iterator one(literals.begin(), literals.end(), literal), end; one != end; ++one)
        text += (*one)[1].str();
    return replaced(replaced(text, "\\\"", "\""), "\\\\", "\\");
}

// Puts the literals of the macros in their place: those of columns.h and those of the source itself.
std::string withColumns(std::string source) {
    const auto columns = contentOf(sources() / "tenant/columns.h") + source;
    static const std::regex macro(R"re(#define (CLAVIGER_\w+)((?:\s|\\\n|"[^"]*")+))re");
    for (std::sregex_iterator one(columns.begin(), columns.end(), macro), end; one != end; ++one)
        source = replaced(std::move(source), (*one)[1].str(), "\"" + joined((*one)[2].str()) + "\"");
    return source;
}

void addFrom(const fs::path& file, std::vector<NamedStatement>& all) {
    static const std::regex constant(R"re(constexpr Sql (k\w+)\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+);)re");
    const auto source = withColumns(contentOf(file));
    std::size_t found = 0, there = 0;
    for (std::sregex_iterator one(source.begin(), source.end(), constant), end; one != end; ++one, ++found)
        all.push_back({file.filename().string() + " " + (*one)[1].str(), joined((*one)[2].str())});
    for (auto at = source.find("constexpr Sql "); at != std::string::npos; at = source.find("constexpr Sql ", at + 1))
        ++there;
    if (found != there) throw std::runtime_error(file.string() + " has a statement that cannot be read");
}

}  // namespace

std::string preparable(std::string statement, const domain::Tenant& tenant) {
    statement = replaced(std::move(statement), "{schema}", "`" + tenant.schema.text() + "`");
    for (const auto* tuples : {"{pairs}", "{tuples}"})
        statement = replaced(std::move(statement), tuples,
                             "SELECT NULL AS c1, NULL AS c2, NULL AS c3, NULL AS c4, NULL AS c5, NULL AS c6");
    return statement;
}

std::vector<NamedStatement> statementsOnTenant(const domain::Tenant& tenant) {
    std::vector<NamedStatement> all;
    for (const auto& entry : fs::directory_iterator(sources() / "tenant"))
        if (entry.path().extension() == ".cpp") addFrom(entry.path(), all);
    for (auto& statement : all) statement.text = preparable(std::move(statement.text), tenant);
    return all;
}

std::vector<NamedStatement> statementsOnControl() {
    std::vector<NamedStatement> all;
    for (const auto* file : kControlSources) addFrom(sources() / file, all);
    return all;
}

bool isOfTheTool(const std::string& name) {
    return std::find(kOfTheTool.begin(), kOfTheTool.end(), name) != kOfTheTool.end();
}

}  // namespace claviger::tests
