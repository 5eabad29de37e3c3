#pragma once

#include <fcgiapp.h>

#include <string>

#include "fcgi/http/request.h"

namespace claviger::fcgi {

struct Body {
    std::string text;  // empty unless kWhole
    BodyState state = BodyState::kWhole;
    bool ended = false;  // the stream was read to its end, so that a next request may follow
};

// Reads the body to its end and compares it with CONTENT_LENGTH. Over Request::kMaxBody it is read on, but not
// kept; beyond 1 MiB, after 5 s in all, or where the peer falls silent or goes away, it is given up.
Body readBody(FCGX_Stream*, const CgiParameters&);

}  // namespace claviger::fcgi
