#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/doctor/finding.h"

namespace claviger::domain {

enum class Credential {
    kNone,
    kMalformed,
    kDead,  // well-formed, but no tenant has such a key
    kLive,
};

// One request to a guarded address.
struct GuardProbe {
    Credential credential = Credential::kNone;
    std::string method = "GET";
    std::string below{};  // a path below the guarded address, "x.php"; empty for the address itself
    bool asBearer = false;
};

// The response to one GuardProbe.
struct GuardAnswer {
    int status = 0;          // 0: no HTTP answer
    std::string redirect{};  // the Location of a 3xx
    std::string noAnswer{};  // the reason, where status is 0
};

using GuardProber = std::function<GuardAnswer(const GuardProbe&)>;

// Checks from outside whether a guard lets in only active keys. Sends some 20 requests, one after another. Each wrong
// credential is sent again after the active key, so that a wrongly caching guard shows. Without `withLive` no active
// key is sent. If the first request gets no HTTP response, the result is one finding, guard_address.
//   serious  a request without an active key got a status other than 401 and 403
//   serious  the active key got 401 or 403, or a request got no response
//   warning  OPTIONS got a 2xx without a key, as preflights may
//   warning  the active key got a 5xx
//   warning  guard_closed, without `withLive`: a dead key got only 403. Claviger's own answer is 401, so it was not
//            reached or it found no tenant, and an active key is refused too
// Throws only what the prober throws.
Findings checkGuard(const GuardProber&, bool withLive);

}  // namespace claviger::domain
