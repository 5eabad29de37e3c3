#pragma once

#include "fcgi/http/request.h"

namespace claviger::fcgi {

enum class Origin {
    kSame,
    kOtherScheme,  // the same host and port, but the page came over https and the request over http, or vice versa
    kForeign,
};

// Judges the page that a request comes from, by the browser's headers. Foreign: an Origin of another host or port (a
// sibling tenant is foreign), or a Sec-Fetch-Site that is neither "same-origin" nor "none". A client that sends neither
// header is no browser: kSame. Thread-safe.
Origin originOf(const Request&);

}  // namespace claviger::fcgi
