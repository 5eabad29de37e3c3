#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The routes that API clients call with an API key. Thread-safe. They throw StorageUnavailable; the dispatcher turns it
// into a 503.
// GET /v1/verify, and GET /v1/verify/guard for nginx's auth_request
Reply verifyApiKey(const Services&, const ApiClientCall&);

Reply showOwner(const Services&, const ApiClientCall&);  // GET /v1/me

}  // namespace claviger::fcgi
