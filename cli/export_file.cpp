#include "cli/export_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/failure.h"

namespace claviger::cli {
namespace {

Failure fileFailure(const std::filesystem::path& path, int error) {
    return {ExitStatus::kFailed, "export_not_written",
            path.string() + " cannot be written: " + std::generic_category().message(error),
            "Choose a folder that can be written and has room."};
}

Failure thereAlready(const std::filesystem::path& path) {
    return {ExitStatus::kConflict, "file_exists", path.string() + " exists, and no export replaces a file",
            "Choose another name."};
}

}  // namespace

ExportFile::ExportFile(std::filesystem::path path) : path_(std::move(path)), temporary_(path_.string() + ".XXXXXX") {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path_, ignored))) throw thereAlready(path_);
    const int descriptor = ::mkostemp(temporary_.data(), O_CLOEXEC);  // mode 0600
    if (descriptor < 0) throw fileFailure(path_, errno);
    file_ = ::fdopen(descriptor, "w");
    if (file_ == nullptr) {
        ::close(descriptor);
        ::unlink(temporary_.c_str());
        throw fileFailure(path_, ENOMEM);
    }
}

ExportFile::~ExportFile() {
    if (file_ != nullptr) std::fclose(file_);
    ::unlink(temporary_.c_str());
}

void ExportFile::write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) throw fileFailure(path_, errno);
}

// A link, which fails where a rename would replace; then the folder, so that the name lasts too.
void ExportFile::keep() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) throw fileFailure(path_, errno);
    if (::link(temporary_.c_str(), path_.c_str()) != 0)
        throw errno == EEXIST ? thereAlready(path_) : fileFailure(path_, errno);
    const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool safe = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!safe) throw fileFailure(path_, error);
}

}  // namespace claviger::cli
