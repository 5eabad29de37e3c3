#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace claviger::tests {

// A program that a test has started, with its standard error in a file. The destructor kills it if it still runs.
class Daemon {
public:
    Daemon(std::vector<std::string> command, std::filesystem::path log);
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon();

    pid_t pid() const { return pid_; }
    std::vector<pid_t> children() const;
    void signal(int) const;

    // Returns the exit status, or 128 + the signal that killed the program, or -1 if it has not ended within 15 s.
    int wait();

    const std::string& log() const;
    int count(const std::string& text) const;                       // in the log
    bool waitForLog(const std::string& text, int times = 1) const;  // true once it is there so often; false after 8 s

private:
    pid_t pid_;
    std::filesystem::path log_;
    mutable std::string read_;  // the part of the log that has been read
    std::optional<int> status_;
};

}  // namespace claviger::tests
