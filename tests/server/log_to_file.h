#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "fcgi/server/fd.h"
#include "tests/server/temporary_folder.h"

namespace claviger::tests {

// While it exists, the log of this process goes to a file.
class LogToFile {
public:
    LogToFile() : before_(::dup(STDERR_FILENO)) {
        const fcgi::Fd file(::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        ::dup2(file.get(), STDERR_FILENO);
    }
    LogToFile(const LogToFile&) = delete;
    LogToFile& operator=(const LogToFile&) = delete;
    ~LogToFile() { ::dup2(before_.get(), STDERR_FILENO); }

    std::string text() const {
        std::ifstream file(folder_ / "log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    TemporaryFolder folder_;
    fcgi::Fd before_;
};

}  // namespace claviger::tests
