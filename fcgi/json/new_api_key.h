#pragma once

#include "domain/model/api_key.h"
#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"

namespace claviger::fcgi {

// Parses the body {"name":"…","expiresAt":"…"}; other members are ignored. A key whose expiresAt is null or missing
// never expires.
//
//   kUnsupportedMediaType  the content type is not JSON
//   kInvalidJson           not JSON, not an object, or refused by JsonObject
//   kNameRequired          the name is missing, not a text, or empty after trimming
//   kNameTooLong, kNameInvalid
//   kExpiryInvalid         expiresAt is no text, or no date or moment; whether it is ahead is not checked here
Result<domain::NewApiKey> parseNewApiKey(const Request&);

}  // namespace claviger::fcgi
