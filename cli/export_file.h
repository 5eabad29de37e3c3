#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace claviger::cli {

// A file of mode 0600 that has its name only once it is whole and safe on the disk. It replaces nothing.
class ExportFile {
public:
    // Throws Failure: something of that name is there (kConflict), or the folder cannot be written.
    explicit ExportFile(std::filesystem::path);
    ~ExportFile();  // what was not kept is removed
    ExportFile(const ExportFile&) = delete;
    ExportFile& operator=(const ExportFile&) = delete;

    void write(const std::string&);

    // Gives the file its name, in one step. Throws Failure: something of that name is there by now (kConflict), or the
    // file system cannot.
    void keep();

private:
    std::filesystem::path path_;
    std::string temporary_;
    std::FILE* file_ = nullptr;
};

}  // namespace claviger::cli
