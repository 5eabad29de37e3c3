#pragma once

#include <cstddef>
#include <functional>

namespace claviger::domain {

// Runs work(0) … work(count - 1) in up to `jobs` threads, in about that order. The first exception stops the rest
// before they begin and is thrown once those that have begun are done.
void forEachInParallel(unsigned jobs, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace claviger::domain
