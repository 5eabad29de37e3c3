#pragma once

#include "domain/base/clock.h"
#include "domain/base/result.h"
#include "domain/model/client_info.h"
#include "domain/model/key_policy.h"

namespace claviger::domain {

// A request that an API client makes with a key, as far as a policy looks at it.
struct KeyRequest {
    const ClientInfo& client;
};

// Decides whether the policy of an active key lets the request through. Pure: equal arguments give equal results.
// KeyVerifier calls it for cached keys and for keys that it has just read.
//   kKeyExpired   the key has expired, disabled or not
//   kKeyDisabled
Result<void> admit(const KeyPolicy&, const KeyRequest&, Timestamp now);

}  // namespace claviger::domain
