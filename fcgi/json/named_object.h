#pragma once

#include <optional>
#include <string>

namespace claviger::fcgi {

// The part that is read of a JSON object with a name.
struct NamedObject {
    std::optional<std::string> name;  // nullopt if the member is missing or no text: numbers are not converted
};

// Reads the object. nullopt if the text is not one JSON object or nests deeper than 16 levels. nullopt too if any
// object in it names a member twice: two parsers could read two different values.
std::optional<NamedObject> readObject(const std::string& json);

}  // namespace claviger::fcgi
