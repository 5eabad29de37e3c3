#pragma once

#include <vector>

#include "domain/base/clock.h"
#include "domain/model/user.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

constexpr std::size_t kMostKnownDevices = 10;  // per user; beyond it the least recently used one is deleted
constexpr std::chrono::days kDeviceIdleLimit{90};

// Browsers that have signed in to an account before. A user has at most kMostKnownDevices.
class KnownDevices {
public:
    virtual ~KnownDevices() = default;

    // Whether the device was used within kDeviceIdleLimit. A device with a last use in the future, beyond
    // kClockTolerance, is unknown.
    virtual bool knows(const UserId&, const secrets::DeviceHash&, Timestamp now) const = 0;

    // Returns the user's devices, the most recently used first, at most kMostKnownDevices.
    virtual std::vector<secrets::DeviceHash> list(const UserId&) const = 0;

    // Writes the device's last use. Deletes the other devices of the user that are unknown by now or beyond
    // kMostKnownDevices. The user must be locked.
    virtual void add(const UserId&, const secrets::DeviceHash&, Timestamp now) = 0;
    virtual void removeAllOf(const UserId&) = 0;  // in any number
};

}  // namespace claviger::domain
