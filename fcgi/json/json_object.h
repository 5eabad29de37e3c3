#pragma once

#include <Poco/JSON/Object.h>

#include <optional>
#include <string>

namespace claviger::fcgi {

// One JSON object, read strictly: every request body that is JSON is read by this class. Immutable. A copy shares the
// members; use it in one thread at a time.
class JsonObject {
public:
    // nullopt if the text is not one JSON object in valid UTF-8, contains a NUL or nests deeper than 16 levels. nullopt
    // too if any object in it names a member twice: two parsers could read two different values.
    static std::optional<JsonObject> parse(const std::string& json);

    // The member, if it is there and is a text. Numbers are not converted.
    std::optional<std::string> text(const std::string& member) const;

    // Whether the member is missing or null.
    bool lacks(const std::string& member) const;

private:
    explicit JsonObject(Poco::JSON::Object::Ptr members) : members_(std::move(members)) {}

    Poco::JSON::Object::Ptr members_;
};

}  // namespace claviger::fcgi
