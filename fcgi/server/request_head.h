#pragma once

#include <cstddef>
#include <string_view>

namespace claviger::fcgi {

enum class HeadState {
    kWhole,    // all of it is there, and libfcgi will take it
    kPartial,  // so far so good; more must come
    kForeign,  // nothing that nginx sends to a responder
};

// nginx stops at 64 KiB of parameters in all.
constexpr std::size_t kMaxHead = 66 * 1024;

// Judges the head of one FastCGI request at the front of `bytes`: BEGIN_REQUEST (version 1, role responder), then
// PARAMS of that request up to the empty one, with names and values of sound lengths. What comes after the head
// is not looked at. A head that is not whole within kMaxHead is foreign.
//
// libfcgi would wait for the rest of a partial head on a thread, aborts the process on some foreign ones, and takes
// management records in between: therefore it sees whole heads only.
HeadState judgeHead(std::string_view bytes);

}  // namespace claviger::fcgi
