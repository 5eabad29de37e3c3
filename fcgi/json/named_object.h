#pragma once

#include <optional>
#include <string>

namespace claviger::fcgi {

// What is read of a JSON object that gives something a name.
struct NamedObject {
    std::optional<std::string> name;  // nothing if the member is missing or no text: a number is not turned into one
};

// Nothing if the text is not one JSON object, if it nests deeper than 16, or if any object in it names a member
// twice: two readers of such a text could each see another one.
std::optional<NamedObject> readObject(const std::string& json);

}  // namespace claviger::fcgi
