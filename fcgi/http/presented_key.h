#pragma once

#include <string>
#include <variant>

#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// The API key that a program presents: "X-Api-Key: <key>" or "Authorization: Bearer <key>". An empty one is none. A
// bearer without the form of our keys is the application's own, and not looked at, where the X-Api-Key has that form.
//   kKeyInQuery            a full key stands in the query string
//   kAmbiguousCredentials  both headers with different keys, or one header twice
//   kKeyRequired           neither header
std::variant<std::string, Refusal> presentedKey(const Request&);

}  // namespace claviger::fcgi
