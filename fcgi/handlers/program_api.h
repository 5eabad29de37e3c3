#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// What programs call with an API key.
Reply verifyApiKey(const Services&, const ProgramCall&);  // GET /v1/verify, and its form for nginx's auth_request
Reply showBearer(const Services&, const ProgramCall&);    // GET /v1/me

}  // namespace claviger::fcgi
