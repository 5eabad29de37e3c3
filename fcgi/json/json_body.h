#pragma once

#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"
#include "fcgi/json/json_object.h"

namespace claviger::fcgi {

// Whether the request declares its body as JSON: application/json or …+json, with any parameters.
bool saysJson(const Request&);

// A request's body.
struct JsonBody {
    JsonObject object;
    bool hasBadCharacters;  // some text is not Unicode, or has a NUL; its bad characters are "?" in `object`
};

// Reads the body of a request.
//   kUnsupportedMediaType  the content type is not JSON
//   kInvalidJson           refused by JsonObject for another reason than its characters
Result<JsonBody> readJsonBody(const Request&);

}  // namespace claviger::fcgi
