#pragma once

#include "domain/model/api_key.h"
#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// Parses the body {"name":"…"}; other members are ignored.
//
//   kUnsupportedMediaType  the content type is not JSON
//   kInvalidJson           not JSON, not an object, or refused by JsonObject
//   kNameRequired          the name is missing, not a text, or empty after trimming
//   kNameTooLong, kNameInvalid
Result<domain::NewApiKey> parseNewApiKey(const Request&);

}  // namespace claviger::fcgi
