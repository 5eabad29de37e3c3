#include "fcgi/json/documents.h"

#include <Poco/JSON/PrintHandler.h>
#include <Poco/Net/HTTPResponse.h>

#include <sstream>

namespace claviger::fcgi {
namespace {

using domain::ApiKey;
using domain::iso8601;

// A document that is written straight into text, member by member; between key and value no tree is built.
class Document {
public:
    void add(const char* name, const std::string& value) {
        json_.key(name);
        json_.value(value);
    }

    void add(const char* name, int value) {
        json_.key(name);
        json_.value(value);
    }

    void add(const char* name, const std::optional<domain::Timestamp>& moment) {
        json_.key(name);
        moment ? json_.value(iso8601(*moment)) : json_.null();
    }

    // What `write` adds is within.
    template <class Write>
    void addObject(const char* name, const Write& write) {
        json_.key(name);
        object(write);
    }

    template <class Elements, class Write>
    void addArray(const char* name, const Elements& elements, const Write& write) {
        json_.key(name);
        json_.startArray();
        for (const auto& element : elements) object([&] { write(element); });
        json_.endArray();
    }

    template <class Write>
    void object(const Write& write) {
        json_.startObject();
        write();
        json_.endObject();
    }

    std::string text() const { return out_.str(); }

private:
    std::ostringstream out_;
    Poco::JSON::PrintHandler json_{out_};
};

template <class Write>
std::string written(const Write& write) {
    Document document;
    document.object([&] { write(document); });
    return document.text();
}

}  // namespace

std::string listDocument(const std::vector<ApiKey>& keys) {
    return written([&](Document& document) {
        document.addArray("keys", keys, [&](const ApiKey& key) {
            document.add("id", key.id.text());
            document.add("name", key.name.text());
            document.add("keyPrefix", key.keyPrefix);
            document.add("maskedKey", key.maskedKey());
            document.add("createdAt", key.createdAt);
            document.add("lastUsedAt", key.lastUsedAt);
        });
    });
}

std::string issuedDocument(const domain::IssuedApiKey& issued) {
    return written([&](Document& document) {
        document.add("id", issued.key.id.text());
        document.add("name", issued.key.name.text());
        document.add("fullKey", std::string(issued.fullKey.revealForResponse()));
        document.add("keyPrefix", issued.key.keyPrefix);
        document.add("maskedKey", issued.key.maskedKey());
        document.add("createdAt", issued.key.createdAt);
    });
}

std::string bearerDocument(const domain::Tenant& tenant, const domain::KeyOwner& owner) {
    return written([&](Document& document) {
        document.addObject("tenant", [&] {
            document.add("slug", tenant.slug.text());
            document.add("name", tenant.name);
        });
        document.addObject("user", [&] {
            document.add("id", owner.user.id.text());
            document.add("email", owner.user.email.text());
            document.add("name", owner.user.name);
        });
        document.addObject("key", [&] {
            document.add("id", owner.key.id.text());
            document.add("name", owner.key.name.text());
            document.add("maskedKey", owner.key.maskedKey());
            document.add("createdAt", owner.key.createdAt);
            document.add("lastUsedAt", owner.key.lastUsedAt);
        });
    });
}

std::string problemDocument(Problem problem, std::string_view publicText, const std::string& requestId) {
    using Poco::Net::HTTPResponse;
    const auto& known = textOf(problem);
    const std::string human(publicText.empty() ? known.text : publicText);
    return written([&](Document& document) {
        document.add("type", "about:blank");
        document.add("title", HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(known.status)));
        document.add("status", known.status);
        document.add("detail", human);
        document.add("error", human);
        document.add("code", std::string(known.code));
        document.add("requestId", requestId);
    });
}

}  // namespace claviger::fcgi
