#include "cli/backup/export_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/frame/failure.h"

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

Failure noWayToName(const std::filesystem::path& path) {
    return {
        ExitStatus::kFailed, "export_not_written",
        path.string() + " cannot be written: its file system can neither link a file nor rename one without replacing",
        "Write it elsewhere, then copy it there."};
}

// Gives the file a second name, or renames it, and replaces nothing. Returns the error, or 0. The kernel does either
// in one step, so the name never stands for half a file. A link is tried first: every file system of Unix has it. FAT,
// exFAT and CIFS have no links, and can rename without replacing.
int nameWithoutReplacing(const char* temporary, const char* name) {
    if (::link(temporary, name) == 0) return 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return errno;
    return ::renameat2(AT_FDCWD, temporary, AT_FDCWD, name, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

// Writes the folder to the disk, so that a name in it lasts. Returns the error, or 0. CIFS writes names at once and has
// no such call for a folder: its EINVAL counts as success.
int syncFolder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
    ::close(descriptor);
    return error;
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

// The folder is synced last, so that the name lasts too.
void ExportFile::keep() {
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) throw fileFailure(path_, errno);
    const int refused = nameWithoutReplacing(temporary_.c_str(), path_.c_str());
    if (refused == EEXIST) throw thereAlready(path_);
    if (refused == EINVAL || refused == ENOSYS) throw noWayToName(path_);
    if (refused != 0) throw fileFailure(path_, refused);
    const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    if (const int error = syncFolder(folder); error != 0) throw fileFailure(path_, error);
}

}  // namespace claviger::cli
