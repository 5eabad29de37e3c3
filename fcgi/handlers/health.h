#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

Reply showAlive(const Services&, const Call&);  // GET /healthz: this worker answers
Reply showReady(const Services&,
                const Call&);  // GET /readyz: it can do its work (a worker without pepper never starts)

}  // namespace claviger::fcgi
