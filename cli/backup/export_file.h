#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace claviger::cli {

// A file of mode 0600 that gets its name only once it is complete and safe on the disk. It replaces no file. Until then
// it is beside its final place, under the name with a dot and six letters or digits. Not thread-safe.
class ExportFile {
public:
    // Throws Failure: the name exists already (kConflict), or the folder cannot be written (kFailed).
    explicit ExportFile(std::filesystem::path);
    ~ExportFile();  // removes the temporary name, and with it a file that was not kept
    ExportFile(const ExportFile&) = delete;
    ExportFile& operator=(const ExportFile&) = delete;

    // Appends the text, with a buffer. Throws Failure (kFailed).
    void write(const std::string&);

    // Writes all to the disk, gives the file its name in one step, then writes the folder to the disk. To be called
    // once, after the last write(). Throws Failure: the name exists by now (kConflict), or the disk or the file system
    // refuses (kFailed). Where only the folder could not be written to the disk, the file has its name all the same.
    void keep();

private:
    std::filesystem::path path_;
    std::string temporary_;
    std::FILE* file_ = nullptr;
};

}  // namespace claviger::cli
