#include "tests/server/daemon.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "tests/server/eventually.h"

namespace claviger::tests {

Daemon::Daemon(std::vector<std::string> command, std::filesystem::path log) : log_(std::move(log)) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::vector<char*> words;
    for (auto& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    const int error = ::posix_spawn(&pid_, words[0], &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), command[0]);
}

Daemon::~Daemon() {
    if (status_) return;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

std::vector<pid_t> Daemon::children() const {
    const auto id = std::to_string(pid_);
    std::ifstream list("/proc/" + id + "/task/" + id + "/children");
    return {std::istream_iterator<pid_t>(list), {}};
}

void Daemon::signal(int number) const {
    ::kill(pid_, number);
}

int Daemon::wait() {
    int status = 0;
    const auto ended = [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; };
    if (!eventually(ended, std::chrono::seconds(15))) return -1;
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return *status_;
}

const std::string& Daemon::log() const {
    std::ifstream file(log_);
    file.seekg(static_cast<std::streamoff>(read_.size()));
    std::array<char, 65536> block;
    do {  // reads only the new part: under load it grows by megabytes
        file.read(block.data(), block.size());
        read_.append(block.data(), static_cast<std::size_t>(file.gcount()));
    } while (file);
    return read_;
}

int Daemon::count(const std::string& text) const {
    const auto& all = log();
    int times = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++times;
    return times;
}

bool Daemon::waitForLog(const std::string& text, int times) const {
    return eventually([&] { return count(text) >= times; });
}

}  // namespace claviger::tests
