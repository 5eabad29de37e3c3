#pragma once

#include "domain/model/key_name.h"
#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// Parses the body {"name":"…"}; other members are ignored.
//
//   kUnsupportedMediaType  the content type is not JSON
//   kInvalidJson           not JSON, not an object, or refused by readObject
//   kNameRequired          the name is missing, not a text, or empty after trimming
//   kNameTooLong, kNameInvalid
Result<domain::KeyName> parseNewApiKey(const Request&);

// Whether the request declares its body as JSON: application/json or …+json, with any parameters.
bool saysJson(const Request&);

}  // namespace claviger::fcgi
