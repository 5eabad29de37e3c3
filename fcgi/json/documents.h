#pragma once

#include <string>
#include <vector>

#include "domain/doctor/readiness.h"
#include "domain/keys/api_key.h"
#include "domain/sign_in/actor.h"
#include "fcgi/http/problem.h"

namespace claviger::fcgi {

// The JSON documents of the API, as text.

std::string listDocument(const std::vector<domain::ApiKey>&);                // {"keys":[…]}
std::string issuedDocument(const domain::IssuedApiKey&);                     // the one document that holds a full key
std::string bearerDocument(const domain::Tenant&, const domain::KeyOwner&);  // whose key this is

// RFC 9457. `text` is the human text, which stands in for the problem's own where it is not empty.
std::string problemDocument(Problem, std::string_view text, const std::string& requestId);

// The problem document kUnavailable with what is missing, in words and as a list: {…,"parts":["writer","fence"]}.
std::string notReadyDocument(const std::vector<domain::Readiness::Part>& missing, const std::string& requestId);

}  // namespace claviger::fcgi
