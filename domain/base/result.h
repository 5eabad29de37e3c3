#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "domain/base/error.h"

namespace claviger::domain {

// A value or an expected refusal. Unexpected failures are exceptions (domain/base/error.h has the two of storage). The
// type of a refusal is made from its code: it has a member type Code.
template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
    Result(E error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
    Result(typename E::Code code) : Result(E{code}) {}                    // NOLINT

    bool ok() const { return held_.index() == 0; }

    // Requires ok().
    const T& value() const& { return assert(ok()), std::get<0>(held_); }
    T& value() & { return assert(ok()), std::get<0>(held_); }
    T&& value() && { return assert(ok()), std::get<0>(std::move(held_)); }

    // Requires !ok().
    const E& error() const { return assert(!ok()), std::get<1>(held_); }

private:
    std::variant<T, E> held_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
public:
    Result() = default;
    Result(E error) : error_(std::move(error)) {}       // NOLINT: implicit on purpose
    Result(typename E::Code code) : Result(E{code}) {}  // NOLINT

    bool ok() const { return !error_.has_value(); }
    const E& error() const { return assert(!ok()), *error_; }

private:
    std::optional<E> error_;
};

}  // namespace claviger::domain
