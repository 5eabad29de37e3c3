#include "cli/apply/apply_document.h"

#include <Poco/Exception.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <set>

#include "cli/frame/answer.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

using domain::TenantStatus;
using domain::UserStatus;

constexpr std::size_t kMostShown = 20;
constexpr auto kNext = "Nothing was changed. `claviger apply --help` shows what a document looks like.";

// Refuses two members with one name. The library would keep the last and drop the first without an error.
class Handler : public Poco::JSON::ParseHandler {
public:
    void startObject() override {
        names_.emplace_back();
        ParseHandler::startObject();
    }
    void endObject() override {
        names_.pop_back();
        ParseHandler::endObject();
    }
    void key(const std::string& name) override {
        if (!names_.back().insert(name).second) throw Poco::JSON::JSONException("the member \"" + name + "\" twice");
        ParseHandler::key(name);
    }

private:
    std::vector<std::set<std::string>> names_;
};

JsonObject parse(const std::string& json) {
    Poco::Dynamic::Var parsed;
    try {
        const Poco::JSON::Handler::Ptr handler = new Handler;
        parsed = Poco::JSON::Parser(handler).parse(json);
    } catch (const Poco::Exception& wrong) {
        throw usageFailure("the document is no JSON: " + wrong.message(), kNext);
    }
    if (parsed.type() != typeid(JsonObject::Ptr)) throw usageFailure("the document is no JSON object", kNext);
    return *parsed.extract<JsonObject::Ptr>();
}

// Reads the document and collects its problems.
class Reader {
public:
    explicit Reader(const std::filesystem::path& folder) : folder_(folder) {}

    std::vector<WantedTenant> read(const JsonObject& document) {
        std::vector<WantedTenant> tenants;
        knowOnly(document, "", {"tenants"});
        if (!document.has("tenants")) problems_.emplace_back("tenants: is missing, a list of tenants");
        eachObject(document, "", "tenants", [&](const JsonObject& object, const std::string& place) {
            if (auto tenant = readTenant(object, place)) tenants.push_back(std::move(*tenant));
        });
        return tenants;
    }

    const std::vector<std::string>& problems() const { return problems_; }

private:
    using Texts = std::initializer_list<std::string_view>;

    static std::string inside(const std::string& place, const std::string& member) {
        return place.empty() ? member : place + "." + member;
    }

    void knowOnly(const JsonObject& object, const std::string& place, Texts known) {
        std::string names;
        for (const auto& name : known) names += (names.empty() ? "" : ", ") + std::string(name);
        for (const auto& name : object.getNames())
            if (std::find(known.begin(), known.end(), name) == known.end())
                problems_.push_back(inside(place, name) + ": there is no such member; there are: " + names);
    }

    template <class Visit>
    void eachItem(const JsonObject& object, const std::string& place, const std::string& member, const Visit& visit) {
        if (!object.has(member)) return;
        const auto list = object.getArray(member);
        if (!list) return problems_.push_back(inside(place, member) + ": must be a list, [ … ]");
        for (std::size_t i = 0; i < list->size(); ++i)
            visit(list->get(static_cast<unsigned>(i)), inside(place, member) + "[" + std::to_string(i) + "]");
    }

    template <class Visit>
    void eachObject(const JsonObject& object, const std::string& place, const std::string& member, const Visit& visit) {
        eachItem(object, place, member, [&](const Poco::Dynamic::Var& item, const std::string& at) {
            if (item.type() != typeid(JsonObject::Ptr)) return problems_.push_back(at + ": must be an object, { … }");
            visit(*item.extract<JsonObject::Ptr>(), at);
        });
    }

    std::optional<std::string> textOf(const Poco::Dynamic::Var& value, const std::string& at) {
        if (value.isString()) return value.extract<std::string>();
        problems_.push_back(at + ": must be a text, \"…\"");
        return std::nullopt;
    }

    std::optional<std::string> text(const JsonObject& object, const std::string& place, const std::string& member) {
        return object.has(member) ? textOf(object.get(member), inside(place, member)) : std::nullopt;
    }

    std::optional<std::string> required(const JsonObject& object, const std::string& place, const std::string& member) {
        if (!object.has(member)) problems_.push_back(inside(place, member) + ": is missing");
        return text(object, place, member);
    }

    // Returns the text parsed into the domain's type. Otherwise it adds a problem and returns nullopt.
    template <class Parse>
    auto parsed(const std::optional<std::string>& text, const std::string& at, const Parse& parse)
        -> std::optional<decltype(parse(at, *text))> {
        if (!text) return std::nullopt;
        try {
            return parse(at, *text);
        } catch (const Failure& wrong) {
            problems_.emplace_back(wrong.what());
            return std::nullopt;
        }
    }

    void once(std::set<std::string>& seen, const std::string& text, const std::string& at) {
        if (!seen.insert(text).second) problems_.push_back(at + ": " + text + " stands in the document before");
    }

    std::optional<WantedTenant> readTenant(const JsonObject& object, const std::string& place) {
        knowOnly(object, place, {"slug", "name", "hosts", "suspended", "users"});
        const auto slug = parsed(required(object, place, "slug"), inside(place, "slug"), parseSlug);
        const auto name = parsed(text(object, place, "name"), inside(place, "name"), parseDisplayName);
        if (slug) once(slugs_, slug->text(), inside(place, "slug"));
        std::optional<TenantStatus> status;
        if (object.has("suspended")) {
            const auto suspended = object.get("suspended");
            if (!suspended.isBoolean())
                problems_.push_back(inside(place, "suspended") + ": must be true or false");
            else
                status = suspended.extract<bool>() ? TenantStatus::kSuspended : TenantStatus::kActive;
        }
        std::vector<domain::HostName> hosts;
        eachItem(object, place, "hosts", [&](const Poco::Dynamic::Var& item, const std::string& at) {
            const auto host = parsed(textOf(item, at), at, parseHost);
            if (!host) return;
            once(hosts_, host->text(), at);
            hosts.push_back(*host);
        });
        std::vector<WantedUser> users;
        std::set<std::string> emails;
        eachObject(object, place, "users", [&](const JsonObject& user, const std::string& at) {
            if (auto wanted = readUser(user, at, emails)) users.push_back(std::move(*wanted));
        });
        if (!slug) return std::nullopt;
        return WantedTenant{place, *slug, name, status, hosts, users};
    }

    std::optional<WantedUser> readUser(const JsonObject& object, const std::string& place,
                                       std::set<std::string>& emails) {
        knowOnly(object, place, {"email", "name", "status", "passwordFile"});
        const auto email = parsed(required(object, place, "email"), inside(place, "email"), parseEmail);
        const auto name = parsed(text(object, place, "name"), inside(place, "name"), parseDisplayName);
        if (email) once(emails, email->text(), inside(place, "email"));
        const auto status = parsed(text(object, place, "status"), inside(place, "status"), parseStatus);
        const auto file = text(object, place, "passwordFile");
        if (!email) return std::nullopt;
        return WantedUser{place, *email, name, status, file ? std::optional(folder_ / *file) : std::nullopt};
    }

    static UserStatus parseStatus(const std::string& at, const std::string& text) {
        if (const auto status = domain::userStatusNamed(text)) return *status;
        throw usageFailure(at + ": must be pending, approved or suspended");
    }

    const std::filesystem::path& folder_;
    std::vector<std::string> problems_;
    std::set<std::string> slugs_, hosts_;
};

}  // namespace

std::vector<WantedTenant> readApplyDocument(const std::string& json, const std::filesystem::path& folder) {
    Reader reader(folder);
    auto tenants = reader.read(parse(json));
    const auto& problems = reader.problems();
    if (problems.empty()) return tenants;
    std::string all;
    for (std::size_t i = 0; i < std::min(problems.size(), kMostShown); ++i) all += (i > 0 ? "\n" : "") + problems[i];
    if (problems.size() > kMostShown) all += "\nand " + std::to_string(problems.size() - kMostShown) + " more";
    throw usageFailure(all, kNext);
}

}  // namespace claviger::cli
