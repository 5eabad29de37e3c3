#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The routes that API clients call with an API key.
// GET /v1/verify, and GET /v1/verify/guard for nginx's auth_request
Reply verifyApiKey(const Services&, const ProgramCall&);

Reply showBearer(const Services&, const ProgramCall&);  // GET /v1/me

}  // namespace claviger::fcgi
