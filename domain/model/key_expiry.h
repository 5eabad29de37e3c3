#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "domain/base/clock.h"
#include "domain/base/result.h"

namespace claviger::domain {

// When a new key shall expire: never, after some days, or at a moment. By default never.
class KeyExpiry {
public:
    // A key expires at the earliest after kLeast, and at the latest after kMost.
    static constexpr std::chrono::seconds kLeast{1};
    static constexpr std::chrono::days kMost{36'500};

    KeyExpiry() = default;
    static KeyExpiry after(std::chrono::days lifetime) { return KeyExpiry(lifetime); }
    static KeyExpiry at(Timestamp moment) { return KeyExpiry(moment); }

    // Parses a moment as in RFC 3339, or a date, with whose last millisecond in UTC the key expires.
    //   kExpiryInvalid  any other form
    static Result<KeyExpiry> parse(std::string_view);

    // Returns the moment at which a key that is made now expires; nullopt: never.
    //   kExpiryInvalid  it is before now + kLeast, or after now + kMost
    Result<std::optional<Timestamp>> resolve(Timestamp now) const;

private:
    struct Never {};
    template <class Wanted>
    explicit KeyExpiry(Wanted wanted) : wanted_(wanted) {}

    std::variant<Never, std::chrono::days, Timestamp> wanted_;
};

}  // namespace claviger::domain
