#include "fcgi/json/json_object.h"

#include <Poco/Exception.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>

#include <set>
#include <vector>

#include "fcgi/json/escapes.h"

namespace claviger::fcgi {
namespace {

constexpr std::size_t kDeepest = 16;

// Poco's handler keeps the later of two members with one name. This one refuses them.
class StrictHandler : public Poco::JSON::ParseHandler {
public:
    void startObject() override {
        open();
        ParseHandler::startObject();
    }
    void endObject() override {
        levels_.pop_back();
        ParseHandler::endObject();
    }
    void startArray() override {
        open();
        ParseHandler::startArray();
    }
    void endArray() override {
        levels_.pop_back();
        ParseHandler::endArray();
    }
    void key(const std::string& member) override {
        if (!levels_.back().insert(member).second) throw Poco::JSON::JSONException("a member twice");
        ParseHandler::key(member);
    }

private:
    using Members = std::set<std::string>;  // the names so far in one object; empty for an array

    void open() {
        if (levels_.size() == kDeepest) throw Poco::JSON::JSONException("nested too deeply");
        levels_.emplace_back();
    }

    std::vector<Members> levels_;
};

}  // namespace

std::optional<JsonObject> JsonObject::parse(const std::string& json) {
    if (holdsNul(json)) return std::nullopt;
    try {
        const auto read = Poco::JSON::Parser(new StrictHandler).parse(json);
        if (read.type() != typeid(Poco::JSON::Object::Ptr)) return std::nullopt;
        return JsonObject(read.extract<Poco::JSON::Object::Ptr>());
    } catch (const Poco::Exception&) {
        return std::nullopt;  // not JSON: refused like any other body that is no object
    }
}

std::optional<std::string> JsonObject::text(const std::string& member) const {
    const auto value = members_->get(member);
    if (!value.isString()) return std::nullopt;
    return value.extract<std::string>();
}

bool JsonObject::lacks(const std::string& member) const {
    return members_->get(member).isEmpty();
}

}  // namespace claviger::fcgi
