#pragma once

#include <string>
#include <string_view>

namespace claviger::fcgi {

// Whether the JSON text has a NUL, as a byte or as the escape \u0000. Poco's parser would end a member's name at it, and
// read the rest of the name as the member.
bool holdsNul(std::string_view json);

// Returns the JSON text with "?" in place of each byte above 127, each surrogate escape and each \u0000. In UTF-8 no such
// byte belongs to the structure of JSON, so the text has the same members.
std::string withoutBadCharacters(std::string_view json);

}  // namespace claviger::fcgi
