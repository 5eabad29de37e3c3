#pragma once

#include <fcgiapp.h>

#include <string>

#include "fcgi/http/request.h"

namespace claviger::fcgi {

struct Body {
    std::string text;  // empty unless kWhole
    BodyState state = BodyState::kWhole;
    bool ended = false;  // the stream was read to its end, so that the connection may take another request
};

// Reads the body to its end and compares its length with CONTENT_LENGTH. A body over Request::kMaxBody is read and
// discarded. The body is given up (`ended` is false) over 1 MiB, or if the peer is silent or leaves. The time limit of
// one read is the socket's SO_RCVTIMEO. The caller limits the time of all reads (ReadLimit).
Body readBody(FCGX_Stream*, const CgiParameters&);

}  // namespace claviger::fcgi
