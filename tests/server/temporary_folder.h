#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace claviger::tests {

// A folder of a test's own. The destructor removes it.
class TemporaryFolder {
public:
    TemporaryFolder() : path_(::mkdtemp(pattern_.data())) {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    // Writes a file that only its owner can read.
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(path_ / name) << content;
        std::filesystem::permissions(path_ / name,
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }

private:
    std::string pattern_ = (std::filesystem::temp_directory_path() / "claviger-XXXXXX").string();
    std::filesystem::path path_;
};

}  // namespace claviger::tests
