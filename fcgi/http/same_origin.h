#pragma once

#include "fcgi/http/request.h"

namespace claviger::fcgi {

enum class Origin {
    kSame,
    kOtherScheme,  // the same host and port, but the browser's page came over https or http and the request over the
                   // other
    kForeign,
};

// What the browser says of the page that a request comes from. Foreign: an Origin of another host or port (a sibling
// tenant is foreign), or a Sec-Fetch-Site that is neither "same-origin" nor "none". A client that says neither is no
// browser: kSame.
Origin originOf(const Request&);

}  // namespace claviger::fcgi
