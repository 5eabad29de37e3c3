#pragma once

#include <atomic>

// How many passwords this process has begun to hash.
extern std::atomic<int> hashings;
