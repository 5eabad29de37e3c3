#pragma once

#include <cstddef>
#include <functional>

namespace claviger::domain {

// Runs work(0) … work(count - 1) in up to `jobs` threads, in about that order. The calling thread is one of them.
// Blocks until all are done. After the first exception no further work starts. That exception is thrown when the
// running work is done.
void forEachInParallel(unsigned jobs, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace claviger::domain
