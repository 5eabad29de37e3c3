#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace claviger::tests {

// A program that a test has started, with its standard error in a file. Killed, if need be, with the test.
class Daemon {
public:
    Daemon(std::vector<std::string> command, std::filesystem::path log);
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon();

    pid_t pid() const { return pid_; }
    std::vector<pid_t> children() const;
    void signal(int) const;

    // Its exit status, or 128 + the signal that killed it, or -1 if it has not ended within 15 s.
    int wait();

    const std::string& log() const;
    int count(const std::string& text) const;                       // in the log
    bool waitForLog(const std::string& text, int times = 1) const;  // true once it is there so often

private:
    pid_t pid_;
    std::filesystem::path log_;
    mutable std::string read_;  // what has been read of it
    std::optional<int> status_;
};

}  // namespace claviger::tests
