#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>

namespace claviger::cli {

// The form of the progress of a long run.
enum class ProgressStyle {
    kNone,
    kLines,  // one line for each step: for logs
    kBar,    // one line that is written over: for people at a terminal
};

// kBar if standard error is a capable terminal (isCapableTerminal), otherwise kLines.
ProgressStyle progressStyleOfErrors();

// The stream and the form of the progress. The stream must outlive this and every Progress made from it.
struct ProgressOutput {
    std::ostream& errors;
    ProgressStyle style;
};

// Shows the steps of a long run on the error output. Writes nothing before the first step. For one thread at a time.
class Progress {
public:
    explicit Progress(const ProgressOutput& output) : errors_(output.errors), style_(output.style) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  // wipes the bar away, so that later output begins on an empty line

    // Shows a step that is done: `what` in a few words, and how many of all steps are done, this one included. A bar is
    // drawn at most once in 50 ms, and for the last step.
    void step(const std::string& what, std::size_t done, std::size_t all);

private:
    void drawBar(const std::string& what, std::size_t done, std::size_t all);

    std::ostream& errors_;
    ProgressStyle style_;
    std::chrono::steady_clock::time_point drawn_{};  // the last drawing of the bar; the clock's beginning: none yet
};

}  // namespace claviger::cli
