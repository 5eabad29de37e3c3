#include "fcgi/processes/worker_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

namespace claviger::fcgi {
namespace {

using Texts = std::vector<std::string>;

std::vector<char*> pointersTo(Texts& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

Texts environmentFor(ProcessRole role) {
    Texts variables;
    for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
    variables.push_back(std::string(InheritedDescriptors::markerOf(role)) + "=" + std::to_string(::getpid()));
    return variables;
}

constexpr int kFree = InheritedDescriptors::kSharedMemory + 1;

// Runs in the child, where only async-signal-safe functions may be called.
[[noreturn]] void takeDescriptors(char* const* command, char* const* environment, const WorkerProcess::Start& from,
                                  int readiness, pid_t master) {
    // Until the worker has called startUp(): it must not outlive its master, nor die of a Ctrl-C on the terminal.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != master) ::_exit(EXIT_FAILURE);
    for (const int ignored : {SIGINT, SIGHUP}) std::signal(ignored, SIG_IGN);

    // First move the descriptors away from the target numbers, then to them. dup2 takes close-on-exec off.
    const int moved[] = {::fcntl(from.listener, F_DUPFD_CLOEXEC, kFree), ::fcntl(readiness, F_DUPFD_CLOEXEC, kFree),
                         ::fcntl(from.sharedMemory, F_DUPFD_CLOEXEC, kFree)};
    for (int i = 0; i < 3; ++i) {
        if (moved[i] >= 0)
            ::dup2(moved[i], InheritedDescriptors::kListener + i);
        else
            ::close(InheritedDescriptors::kListener + i);
    }
    ::execve(command[0], command, environment);

    const char* const why = ::strerrordesc_np(errno);
    for (const char* text : {"the binary cannot be run: ", why})
        [[maybe_unused]] const auto written = ::write(InheritedDescriptors::kReadiness, text, std::strlen(text));
    ::_exit(EXIT_FAILURE);
}

}  // namespace

WorkerProcess WorkerProcess::start(const Texts& command, const Start& from, unsigned generation) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    Fd mine(pipe[0]);
    const Fd theirs(pipe[1]);

    auto arguments = command;
    auto variables = environmentFor(from.role);
    const auto argumentPointers = pointersTo(arguments);
    const auto variablePointers = pointersTo(variables);
    const auto master = ::getpid();
    const auto pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) takeDescriptors(argumentPointers.data(), variablePointers.data(), from, theirs.get(), master);
    return {pid, std::move(mine), generation};
}

bool WorkerProcess::hear() {
    std::array<char, 512> said;
    const auto count = ::read(readiness_.get(), said.data(), said.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) {
        readiness_.reset();
        return false;
    }
    if (state_ != State::kStarting || said[0] != InheritedDescriptors::kReady) {
        reason_.append(said.data(), static_cast<std::size_t>(count));
        return false;
    }
    wasReady_ = true;
    enter(State::kReady);
    return true;
}

void WorkerProcess::enter(State state) {
    state_ = state;
    since_ = std::chrono::steady_clock::now();
}

void WorkerProcess::drain() {
    if (std::exchange(isStopped_, true)) return;
    enter(State::kDraining);  // anew where it was retired: it has less time now
    ::kill(pid_, SIGTERM);
}

void WorkerProcess::retire() {
    if (state_ == State::kDraining) return;
    enter(State::kDraining);
    sigval replaced{};
    replaced.sival_int = static_cast<int>(WorkerRole::Ended::kReplaced);
    ::sigqueue(pid_, SIGTERM, replaced);
}

void WorkerProcess::kill(const std::string& why) {
    if (reason_.empty()) reason_ = why;
    ::kill(pid_, SIGKILL);
}

}  // namespace claviger::fcgi
