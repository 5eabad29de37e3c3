#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claviger::fcgi {

// The header of a record without padding (FastCGI 1.0, section 3.3). A record holds 65,535 bytes at most.
std::array<std::uint8_t, 8> recordHeader(std::uint8_t type, int requestId, std::size_t length);

// Sends the answer to one FastCGI request, head and body, as records that end it (FastCGI 1.0, sections 3.3, 5.3
// and 5.5), in one system call if the peer takes all of it at once: each call wakes it. `fd` is a blocking stream
// socket; whoever takes nothing within its SO_SNDTIMEO has left. False if the peer has left. Throws std::bad_alloc.
bool sendAnswer(int fd, int requestId, std::string_view head, std::string_view body);

}  // namespace claviger::fcgi
