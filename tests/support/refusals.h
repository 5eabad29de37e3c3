#pragma once

#include "domain/base/result.h"

namespace claviger::tests {

// Whether the result is a refusal with this code.
template <class T>
bool refusedWith(domain::ErrorCode code, const domain::Result<T>& result) {
    return !result.ok() && result.error().code == code;
}

}  // namespace claviger::tests
