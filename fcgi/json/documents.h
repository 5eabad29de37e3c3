#pragma once

#include <string>
#include <vector>

#include "domain/doctor/readiness.h"
#include "domain/model/actor.h"
#include "domain/model/api_key.h"
#include "fcgi/http/problem.h"

namespace claviger::fcgi {

// The JSON documents of the API, as text. Thread-safe.

std::string listDocument(const std::vector<domain::ApiKey>&);                // {"keys":[…]}
std::string keyDocument(const domain::ApiKey&);                              // one key, as the list shows it
std::string issuedDocument(const domain::IssuedApiKey&);                     // the only document that holds a full key
std::string bearerDocument(const domain::Tenant&, const domain::KeyOwner&);  // the tenant, the user and the key itself

// RFC 9457. `text` is the human text; empty: the problem's own text.
std::string problemDocument(Problem, std::string_view text, const std::string& requestId);

// The problem document kUnavailable with the missing parts, in words and as a list: {…,"parts":["writer","fence"]}.
std::string notReadyDocument(const std::vector<domain::Readiness::Part>& missing, const std::string& requestId);

}  // namespace claviger::fcgi
