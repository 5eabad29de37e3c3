#include "domain/base/clock.h"

namespace claviger::domain {

Timestamp SystemClock::now() const {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// Not by a format: a page writes some twenty of them.
std::string iso8601(Timestamp moment) {
    using namespace std::chrono;
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{floor<milliseconds>(moment - day)};
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t end, std::int64_t number) {
        for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(4, static_cast<int>(date.year()));
    put(7, static_cast<unsigned>(date.month()));
    put(10, static_cast<unsigned>(date.day()));
    put(13, time.hours().count());
    put(16, time.minutes().count());
    put(19, time.seconds().count());
    put(23, time.subseconds().count());
    return text;
}

}  // namespace claviger::domain
