#include "fcgi/json/named_object.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Handler.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Parser.h>

#include <set>
#include <vector>

namespace claviger::fcgi {
namespace {

constexpr std::size_t kDeepest = 16;

// Keeps only the member `name` of the outermost object, and builds no tree of the rest.
class Reader : public Poco::JSON::Handler {
public:
    const std::optional<NamedObject>& found() const { return found_; }

    void reset() override {}
    void startObject() override { open({true, {}, {}}); }
    void endObject() override { levels_.pop_back(); }
    void startArray() override { open({false, {}, {}}); }
    void endArray() override { levels_.pop_back(); }

    void key(const std::string& member) override {
        if (!levels_.back().members.insert(member).second) throw Poco::JSON::JSONException("a member twice");
        levels_.back().current = member;
    }

    void value(const std::string& text) override {
        if (levels_.size() == 1 && levels_.back().isObject && levels_.back().current == "name") found_->name = text;
    }

    void null() override {}
    void value(int) override {}
    void value(unsigned) override {}
    void value(Poco::Int64) override {}
    void value(Poco::UInt64) override {}
    void value(double) override {}
    void value(bool) override {}

private:
    struct Level {
        bool isObject;
        std::set<std::string> members;
        std::string current;
    };

    void open(Level level) {
        if (levels_.size() == kDeepest) throw Poco::JSON::JSONException("nested too deeply");
        if (levels_.empty() && level.isObject) found_.emplace();
        levels_.push_back(std::move(level));
    }

    std::vector<Level> levels_;
    std::optional<NamedObject> found_;
};

}  // namespace

std::optional<NamedObject> readObject(const std::string& json) {
    const Poco::SharedPtr<Reader> reader = new Reader;
    try {
        Poco::JSON::Parser(reader).parse(json);
    } catch (const Poco::Exception&) {
        return std::nullopt;  // not JSON: refused like any other body that is no object
    }
    return reader->found();
}

}  // namespace claviger::fcgi
