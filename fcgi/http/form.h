#pragma once

#include <map>
#include <optional>
#include <string>

#include "fcgi/http/request.h"

namespace claviger::fcgi {

// The fields of an application/x-www-form-urlencoded text by name. Of a repeated field the first counts.
using Fields = std::map<std::string, std::string>;

// Parses the text; an empty one has no fields. nullopt if an escape is broken or there are more than a hundred fields.
std::optional<Fields> parseFields(const std::string& encoded);

// The field's value; empty if the field is missing.
std::string valueOf(const Fields&, const std::string& name);

}  // namespace claviger::fcgi
