#include "persistence/schema/migration_files.h"

#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace claviger::persistence {
namespace {

namespace fs = std::filesystem;

std::string sha256(const std::string& text) {
    Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
    engine.update(text);
    const auto& digest = engine.digest();
    return {digest.begin(), digest.end()};
}

std::string readText(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("migration " + file.string() + " cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

Migration readMigration(const fs::path& file) {
    static const std::regex kForm("([0-9]{4})_[a-z0-9_]+");
    const auto name = file.stem().string();
    std::smatch parts;
    if (!std::regex_match(name, parts, kForm))
        throw std::runtime_error("migration " + file.string() + " is not named NNNN_what.sql");
    auto text = readText(file);
    auto checksum = sha256(text);
    return {std::stoi(parts[1]), name, std::move(text), std::move(checksum)};
}

}  // namespace

std::vector<Migration> readMigrations(const fs::path& folder) {
    std::error_code failed;
    std::vector<Migration> all;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".sql") all.push_back(readMigration(entry.path()));
    if (failed || all.empty()) throw std::runtime_error("there are no migrations in " + folder.string());

    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].version != static_cast<int>(i) + 1)
            throw std::runtime_error("migrations in " + folder.string() + " must count 1, 2, 3 …: " + all[i].name);
    return all;
}

}  // namespace claviger::persistence
