#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "domain/base/error.h"

namespace claviger::domain {

// A value or an expected refusal. Unexpected failures are exceptions (domain/base/error.h has the two of storage).
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
    Result(ErrorCode code) : Result(Error{code}) {}                           // NOLINT

    bool ok() const { return held_.index() == 0; }

    // Requires ok().
    const T& value() const& { return assert(ok()), std::get<0>(held_); }
    T& value() & { return assert(ok()), std::get<0>(held_); }
    T&& value() && { return assert(ok()), std::get<0>(std::move(held_)); }

    // Requires !ok().
    const Error& error() const { return assert(!ok()), std::get<1>(held_); }

private:
    std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose
    Result(ErrorCode code) : Result(Error{code}) {}    // NOLINT

    bool ok() const { return !error_.has_value(); }
    const Error& error() const { return assert(!ok()), *error_; }

private:
    std::optional<Error> error_;
};

}  // namespace claviger::domain
