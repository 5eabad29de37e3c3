#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claviger::fcgi {

// The header of a record without padding (FastCGI 1.0, section 3.3). `length` is that of its content: at most 65,535
// bytes.
std::array<std::uint8_t, 8> recordHeader(std::uint8_t type, int requestId, std::size_t length);

// Sends the response to one FastCGI request, head and body, as records that end the request (FastCGI 1.0, sections 3.3,
// 5.3 and 5.5). It takes one system call if the peer takes all at once, since each call wakes the peer. `fd` is a
// blocking stream socket. False if the peer has left; a peer that takes no bytes within the SO_SNDTIMEO of `fd` counts
// as such. Throws std::bad_alloc.
bool sendAnswer(int fd, int requestId, std::string_view head, std::string_view body);

}  // namespace claviger::fcgi
