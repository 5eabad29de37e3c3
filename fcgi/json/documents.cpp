#include "fcgi/json/documents.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/Net/HTTPResponse.h>

#include <sstream>

namespace claviger::fcgi {
namespace {

using domain::ApiKey;
using domain::iso8601;
using Poco::Dynamic::Var;
using Poco::JSON::Object;

Object::Ptr object() {
    return new Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

std::string text(const Object::Ptr& document) {
    std::ostringstream out;
    document->stringify(out);
    return out.str();
}

Var orNull(const std::optional<domain::Timestamp>& moment) {
    return moment ? Var(iso8601(*moment)) : Var();
}

Object::Ptr listed(const ApiKey& key) {
    auto entry = object();
    entry->set("id", key.id.text());
    entry->set("name", key.name.text());
    entry->set("keyPrefix", key.keyPrefix);
    entry->set("maskedKey", key.maskedKey());
    entry->set("createdAt", iso8601(key.createdAt));
    entry->set("lastUsedAt", orNull(key.lastUsedAt));
    return entry;
}

}  // namespace

std::string listDocument(const std::vector<ApiKey>& keys) {
    Poco::JSON::Array::Ptr entries = new Poco::JSON::Array;
    for (const auto& key : keys) entries->add(listed(key));
    auto document = object();
    document->set("keys", entries);
    return text(document);
}

std::string issuedDocument(const domain::IssuedApiKey& issued) {
    auto document = object();
    document->set("id", issued.key.id.text());
    document->set("name", issued.key.name.text());
    document->set("fullKey", std::string(issued.fullKey.revealForResponse()));
    document->set("keyPrefix", issued.key.keyPrefix);
    document->set("maskedKey", issued.key.maskedKey());
    document->set("createdAt", iso8601(issued.key.createdAt));
    return text(document);
}

std::string bearerDocument(const domain::Tenant& ofTenant, const domain::KeyOwner& owner) {
    auto tenant = object();
    tenant->set("slug", ofTenant.slug.text());
    tenant->set("name", ofTenant.name);
    auto user = object();
    user->set("id", owner.user.id.text());
    user->set("email", owner.user.email.text());
    user->set("name", owner.user.name);
    auto key = object();
    key->set("id", owner.key.id.text());
    key->set("name", owner.key.name.text());
    key->set("maskedKey", owner.key.maskedKey());
    key->set("createdAt", iso8601(owner.key.createdAt));
    key->set("lastUsedAt", orNull(owner.key.lastUsedAt));

    auto document = object();
    document->set("tenant", tenant);
    document->set("user", user);
    document->set("key", key);
    return text(document);
}

std::string problemDocument(Problem problem, std::string_view publicText, const std::string& requestId) {
    using Poco::Net::HTTPResponse;
    const auto& known = textOf(problem);
    const std::string human(publicText.empty() ? known.text : publicText);
    auto document = object();
    document->set("type", "about:blank");
    document->set("title", HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(known.status)));
    document->set("status", known.status);
    document->set("detail", human);
    document->set("error", human);
    document->set("code", std::string(known.code));
    document->set("requestId", requestId);
    return text(document);
}

}  // namespace claviger::fcgi
