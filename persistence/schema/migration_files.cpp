#include "persistence/schema/migration_files.h"

#include <Poco/Crypto/DigestEngine.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace claviger::persistence {
namespace {

namespace fs = std::filesystem;

std::string sha256(const std::string& text) {
    Poco::Crypto::DigestEngine engine("SHA256");
    engine.update(text);
    const auto& digest = engine.digest();
    return {digest.begin(), digest.end()};
}

std::string readText(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("migration " + file.string() + " cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

// NNNN_what, in lower-case letters, digits and underscores. (No std::regex: g++ 12 warns of it under sanitizers.)
bool isMigrationName(std::string_view name) {
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    const auto isWhat = [&](char c) { return isDigit(c) || c == '_' || (c >= 'a' && c <= 'z'); };
    return name.size() > 5 && std::all_of(name.begin(), name.begin() + 4, isDigit) && name[4] == '_' &&
           std::all_of(name.begin() + 5, name.end(), isWhat);
}

Migration readMigration(const fs::path& file) {
    const auto name = file.stem().string();
    if (!isMigrationName(name)) throw std::runtime_error("migration " + file.string() + " is not named NNNN_what.sql");
    auto text = readText(file);
    auto checksum = sha256(text);
    return {std::stoi(name.substr(0, 4)), name, std::move(text), std::move(checksum)};
}

// All files of the folder by their names: by version, then by what follows it.
std::vector<Migration> readFolder(const fs::path& folder) {
    std::error_code failed;
    std::vector<Migration> all;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".sql") all.push_back(readMigration(entry.path()));
    if (failed || all.empty()) throw std::runtime_error("there are no migrations in " + folder.string());

    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

}  // namespace

std::vector<Migration> readMigrations(const fs::path& folder) {
    auto all = readFolder(folder);
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].version != static_cast<int>(i) + 1)
            throw std::runtime_error("migrations in " + folder.string() + " must count 1, 2, 3 …: " + all[i].name);
    return all;
}

Baseline readBaseline(const fs::path& folder) {
    auto tables = readFolder(folder);
    const int version = tables.front().version;
    for (const auto& table : tables)
        if (table.version != version)
            throw std::runtime_error("the files in " + folder.string() + " must all have one number, that of the " +
                                     "migration they stand for: " + tables.front().name + ", " + table.name);
    return {version, std::move(tables)};
}

}  // namespace claviger::persistence
