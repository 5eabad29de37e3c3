#pragma once

namespace claviger::domain {

// What a key may be used for. It travels with the cached key, so it is a value of fixed size. It has no members yet:
// every active key may be used for everything.
struct KeyPolicy {};

}  // namespace claviger::domain
