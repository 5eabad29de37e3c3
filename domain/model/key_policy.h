#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/base/clock.h"

namespace claviger::domain {

// Who changes a key: its owner or an operator. The numbers are stored (api_keys.disabled_by).
enum class KeyParty { kOwner = 1, kOperator = 2 };

// "owner" or "operator", as documents say it.
constexpr std::string_view textOf(KeyParty party) {
    return party == KeyParty::kOwner ? "owner" : "operator";
}

// Since when a key is disabled, and by whom. A key that an operator has disabled can be enabled only by an operator.
struct KeyDisabling {
    Timestamp at;
    KeyParty by;
    bool operator==(const KeyDisabling&) const = default;
};

// Whether a key may be used now.
enum class KeyState { kLive, kExpired, kDisabled };

// The policy of a key: until when it may be used, and whether. It travels with the cached key, whose place in shared
// memory leaves it 8 bytes. So a time and a flag share a number.
class KeyPolicy {
public:
    enum class Switch { kEnabled, kDisabled };

    KeyPolicy() = default;  // enabled, and never expires
    explicit KeyPolicy(std::optional<Timestamp> expiresAt, Switch position = Switch::kEnabled)
        : bits_(2 * (expiresAt ? expiresAt->time_since_epoch().count() : kNever) +
                (position == Switch::kDisabled ? 1 : 0)) {}

    // A key that is both expired and disabled counts as expired: to enable it would not help.
    KeyState stateAt(Timestamp now) const {
        if (now.time_since_epoch().count() >= bits_ >> 1) return KeyState::kExpired;
        return (bits_ & 1) == 1 ? KeyState::kDisabled : KeyState::kLive;
    }

    bool operator==(const KeyPolicy&) const = default;

private:
    static constexpr std::int64_t kNever = (std::int64_t{1} << 62) - 1;

    std::int64_t bits_ = 2 * kNever;  // twice the microseconds since 1970 at which it expires, and 1 if it is disabled
};
static_assert(sizeof(KeyPolicy) == 8);

}  // namespace claviger::domain
