#pragma once

#include <map>
#include <optional>
#include <string>

#include "fcgi/http/request.h"

namespace claviger::fcgi {

// The fields of an application/x-www-form-urlencoded text by name; of a repeated one the first.
using Fields = std::map<std::string, std::string>;

// Nothing if an escape is broken or there are more than a hundred fields.
std::optional<Fields> parseFields(const std::string& encoded);

// The field's value, or an empty text.
std::string valueOf(const Fields&, const std::string& name);

}  // namespace claviger::fcgi
