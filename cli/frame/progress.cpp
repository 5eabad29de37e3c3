#include "cli/frame/progress.h"

#include <unistd.h>

#include "cli/frame/output.h"

namespace claviger::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kBarWidth = 30;
constexpr std::size_t kLongestWords = 32;  // so that the whole bar stays within 80 columns
constexpr auto kBetweenDrawings = std::chrono::milliseconds{50};
constexpr auto kToBeginningAndWipe = "\r\033[K";

}  // namespace

ProgressStyle progressStyleOfErrors() {
    return isCapableTerminal(STDERR_FILENO) ? ProgressStyle::kBar : ProgressStyle::kLines;
}

Progress::~Progress() {
    if (drawn_ != steady_clock::time_point()) errors_ << kToBeginningAndWipe << std::flush;
}

void Progress::step(const std::string& what, std::size_t done, std::size_t all) {
    if (style_ == ProgressStyle::kLines)
        errors_ << '[' << done << '/' << all << "] " << what << '\n' << std::flush;
    else if (style_ == ProgressStyle::kBar)
        drawBar(what, done, all);
}

void Progress::drawBar(const std::string& what, std::size_t done, std::size_t all) {
    const auto now = steady_clock::now();
    if (now - drawn_ < kBetweenDrawings && done < all) return;
    drawn_ = now;
    const auto filled = all == 0 ? kBarWidth : kBarWidth * done / all;
    errors_ << kToBeginningAndWipe << '[' << std::string(filled, '#') << std::string(kBarWidth - filled, '.') << "] "
            << done << '/' << all << ' ' << what.substr(0, kLongestWords) << std::flush;
}

}  // namespace claviger::cli
