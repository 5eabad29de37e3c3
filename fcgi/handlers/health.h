#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

Reply showAlive(const Services&, const Call&);  // GET /healthz: 200 while this worker responds

// GET /readyz: 200 if this worker can serve requests; if not, 503 with the missing parts. A worker without its pepper
// never starts.
Reply showReady(const Services&, const Call&);

}  // namespace claviger::fcgi
