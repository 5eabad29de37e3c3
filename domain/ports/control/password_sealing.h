#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "domain/base/clock.h"

namespace claviger::domain {

// Whether new passwords of this installation are sealed. Every method throws StorageUnavailable. Thread-safe.
class PasswordSealing {
public:
    virtual ~PasswordSealing() = default;
    virtual bool isOn() const = 0;
    virtual void turnOn(Timestamp now) = 0;  // nothing happens if it is on already

    // Returns the number of hosts with running workers of a release that cannot open a sealed password. A crashed host
    // counts for another minute.
    virtual std::size_t hostsWithoutSeal() const = 0;

    // Returns the first of these pepper versions that workers have run with under another fingerprint. nullopt if there
    // is none.
    virtual std::optional<int> differingPepper(const std::map<int, std::string>& own) const = 0;
};

}  // namespace claviger::domain
