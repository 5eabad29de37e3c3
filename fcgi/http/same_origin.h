#pragma once

#include "fcgi/http/request.h"

namespace claviger::fcgi {

// False if the browser says that the request comes from another site: an Origin other than this scheme, host
// and port (a sibling tenant is foreign), or a Sec-Fetch-Site that is neither "same-origin" nor "none". A
// client that says neither is no browser, and passes.
bool isSameOrigin(const Request&);

}  // namespace claviger::fcgi
