#pragma once

#include <string>
#include <variant>

#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// The API key that a program presents: "Authorization: Bearer <key>" or "X-Api-Key: <key>".
//   kKeyInQuery            a full key stands in the query string
//   kAmbiguousCredentials  both headers, with different keys, or one of them twice
//   kKeyRequired           neither header
std::variant<std::string, Refusal> presentedKey(const Request&);

}  // namespace claviger::fcgi
