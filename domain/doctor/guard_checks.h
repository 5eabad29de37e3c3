#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/doctor/finding.h"

namespace claviger::domain {

enum class Credential {
    kNone,
    kMalformed,
    kDead,  // of the form of our keys, and no tenant's
    kLive,
};

// One request to a guarded address.
struct GuardProbe {
    Credential credential = Credential::kNone;
    std::string method = "GET";
    std::string below{};  // what the path has besides, "x.php"; empty for the address itself
    bool asBearer = false;
};

// What came back.
struct GuardAnswer {
    int status = 0;          // 0: no HTTP answer
    std::string redirect{};  // the Location of a 3xx
    std::string noAnswer{};  // why there is none
};

using GuardProber = std::function<GuardAnswer(const GuardProbe&)>;

// Whether a guard lets in only living keys, seen from outside. Sends some 20 requests, one after another. Each
// credential is sent twice, with the living one in between, so that a cache shows.
// An address that does not answer at all is one finding, guard_address.
//   serious   a request without a living key got anything but 401 or 403, a living key got 401 or 403, or an answer is
//   missing warning   OPTIONS is answered without a key, as preflights may be; a living key got a 5xx
Findings checkGuard(const GuardProber&, bool withLive);

}  // namespace claviger::domain
