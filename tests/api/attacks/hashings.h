#pragma once

#include <atomic>

// How many passwords this process has begun to hash in order to compare them.
extern std::atomic<int> hashings;
