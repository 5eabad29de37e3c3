#pragma once

#include <cstddef>
#include <string_view>

namespace claviger::fcgi {

enum class HeadState {
    kWhole,    // it is complete, and libfcgi will accept it
    kPartial,  // correct so far; more bytes must come
    kForeign,  // nginx never sends such bytes to a responder
};

// nginx stops at 64 KiB of parameters in all.
constexpr std::size_t kMaxHead = 66 * 1024;

// Judges the head of one FastCGI request at the front of `bytes`: BEGIN_REQUEST (version 1, role responder), then
// PARAMS of that request up to the empty one, with names and values of sound lengths. Bytes after the head are ignored.
// A head that is not whole within kMaxHead is foreign.
//
// libfcgi must see whole heads only. It would wait for the rest of a partial head on a thread. It aborts the process on
// some foreign heads. It accepts management records in between.
HeadState judgeHead(std::string_view bytes);

}  // namespace claviger::fcgi
