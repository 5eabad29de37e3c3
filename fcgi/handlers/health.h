#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

Reply showAlive(const Services&, const Call&);  // GET /healthz: this worker answers

// GET /readyz: it can do its work, or 503 and which parts are missing. A worker without its pepper never starts.
Reply showReady(const Services&, const Call&);

}  // namespace claviger::fcgi
