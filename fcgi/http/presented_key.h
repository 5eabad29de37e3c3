#pragma once

#include <string>

#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// The API key that an API client presents: "X-Api-Key: <key>" or "Authorization: Bearer <key>". Empty values do not
// count. If both are sent and only the X-Api-Key has the form of our keys, the bearer is the application's own and is
// ignored. A bearer in several parts with commas between has that form if one part has it.
//
//   kKeyInQuery            the query string holds a text with the prefix of our keys
//   kAmbiguousCredentials  both headers with different keys, or one header twice
//   kKeyRequired           neither header
//
// Only the form decides here: whether the key exists is decided by the Authenticator.
Result<std::string> presentedKey(const Request&);

}  // namespace claviger::fcgi
