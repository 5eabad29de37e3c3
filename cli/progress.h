#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>

namespace claviger::cli {

// How something that takes long is shown while it goes on.
enum class ProgressStyle {
    kNone,
    kLines,  // one line for each step: for logs
    kBar,    // one line that is written over: for people at a terminal
};

// kBar if the error output is a terminal (and not a dumb one), else kLines.
ProgressStyle progressStyleOfErrors();

// Where it is shown. Not before there is a step to show.
struct ProgressOutput {
    std::ostream& errors;
    ProgressStyle style;
};

// The steps of something that takes long, on the error output. For one thread at a time.
class Progress {
public:
    explicit Progress(const ProgressOutput& output) : errors_(output.errors), style_(output.style) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  // wipes the bar away, so that what follows has the line for itself

    // The step that is done: `what` in a few words, and how many of all are done with it.
    void step(const std::string& what, std::size_t done, std::size_t all);

private:
    void drawBar(const std::string& what, std::size_t done, std::size_t all);

    std::ostream& errors_;
    ProgressStyle style_;
    std::chrono::steady_clock::time_point drawn_{};  // the bar, last; never: the clock's beginning
};

}  // namespace claviger::cli
