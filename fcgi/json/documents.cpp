#include "fcgi/json/documents.h"

#include <Poco/JSONString.h>
#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <stdexcept>

namespace claviger::fcgi {
namespace {

using domain::ApiKey;
using domain::iso8601;

// Whether JSON has the byte as it is, in a text without others: nearly all bytes of nearly all values.
bool isPlain(char byte) {
    return byte >= ' ' && byte < '\x7f' && byte != '"' && byte != '\\' && byte != '/';
}

// Poco's escapes cost more than the rest of a document, so only a value that needs any gets them.
void appendText(std::string& text, std::string_view value) {
    if (std::all_of(value.begin(), value.end(), isPlain))
        text.append(1, '"').append(value).append(1, '"');
    else
        text.append(Poco::toJSON(std::string(value), Poco::JSON_WRAP_STRINGS));
}

// A document that is written into text directly, member by member. A tree, or a stream for each character, would cost a
// list more than the database does. Names need no escapes.
class Document {
public:
    void add(const char* name, std::string_view value) { appendText(key(name), value); }
    void add(const char* name, int value) { key(name).append(std::to_string(value)); }
    void add(const char* name, const std::optional<domain::Timestamp>& moment) {
        moment ? add(name, iso8601(*moment)) : static_cast<void>(key(name).append("null"));
    }

    void addOrNull(const char* name, const std::optional<std::string_view>& value) {
        value ? add(name, *value) : static_cast<void>(key(name).append("null"));
    }

    void add(const char* name, const std::vector<std::string_view>& values) {
        key(name).append(1, '[');
        for (const auto value : values) {
            separate();
            appendText(text_, value);
        }
        text_ += ']';
    }

    // Adds an object with the members that `write` adds.
    template <class Write>
    void addObject(const char* name, const Write& write) {
        key(name);
        object(write);
    }

    template <class Elements, class Write>
    void addArray(const char* name, const Elements& elements, const Write& write) {
        key(name).append(1, '[');
        for (const auto& element : elements) {
            separate();
            object([&] { write(element); });
        }
        text_ += ']';
    }

    template <class Write>
    void object(const Write& write) {
        text_ += '{';
        write();
        text_ += '}';
    }

    std::string text() && { return std::move(text_); }

private:
    std::string& key(const char* name) {
        separate();
        return text_.append(1, '"').append(name).append("\":");
    }

    void separate() {
        if (text_.back() != '{' && text_.back() != '[') text_ += ',';
    }

    std::string text_;
};

template <class Write>
std::string written(const Write& write) {
    Document document;
    document.object([&] { write(document); });
    return std::move(document).text();
}

struct PartText {
    std::string_view name, words;
};

PartText textOf(domain::Readiness::Part part) {
    using Part = domain::Readiness::Part;
    switch (part) {
        case Part::kDatabase:
            return {"database", "the database cannot be reached"};
        case Part::kWriter:
            return {"writer", "the database is read-only"};
        case Part::kSchema:
            return {"schema", "the database is not migrated to this release"};
        case Part::kFence:
            return {"fence", "this host's poller is behind"};
    }
    throw std::logic_error("an unknown part");
}

// A key as lists show it.
void addKey(Document& document, const ApiKey& key) {
    document.add("id", key.id.text());
    document.add("name", key.name.text());
    document.add("keyPrefix", key.keyPrefix);
    document.add("maskedKey", key.maskedKey());
    document.add("createdAt", key.createdAt);
    document.add("lastUsedAt", key.lastUsedAt);
    document.add("expiresAt", key.expiresAt);
    document.add("disabledAt", key.disabled ? std::optional(key.disabled->at) : std::nullopt);
    document.addOrNull("disabledBy", key.disabled ? std::optional(textOf(key.disabled->by)) : std::nullopt);
}

void addProblem(Document& document, Problem problem, const std::string& human, const std::string& requestId) {
    using Poco::Net::HTTPResponse;
    const auto& known = textOf(problem);
    document.add("type", "about:blank");
    document.add("title", HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(known.status)));
    document.add("status", known.status);
    document.add("detail", human);
    document.add("error", human);
    document.add("code", known.code);
    document.add("requestId", requestId);
}

}  // namespace

std::string listDocument(const std::vector<ApiKey>& keys) {
    return written([&](Document& document) {
        document.addArray("keys", keys, [&](const ApiKey& key) { addKey(document, key); });
    });
}

std::string keyDocument(const ApiKey& key) {
    return written([&](Document& document) { addKey(document, key); });
}

std::string issuedDocument(const domain::IssuedApiKey& issued) {
    return written([&](Document& document) {
        document.add("id", issued.key.id.text());
        document.add("name", issued.key.name.text());
        document.add("fullKey", std::string(issued.fullKey.revealForResponse()));
        document.add("keyPrefix", issued.key.keyPrefix);
        document.add("maskedKey", issued.key.maskedKey());
        document.add("createdAt", issued.key.createdAt);
        document.add("expiresAt", issued.key.expiresAt);
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
            document.add("expiresAt", owner.key.expiresAt);
        });
    });
}

std::string problemDocument(Problem problem, std::string_view publicText, const std::string& requestId) {
    const std::string human(publicText.empty() ? textOf(problem).text : publicText);
    return written([&](Document& document) { addProblem(document, problem, human, requestId); });
}

std::string notReadyDocument(const std::vector<domain::Readiness::Part>& missing, const std::string& requestId) {
    std::string human = "Not ready: ";
    std::vector<std::string_view> names;
    for (const auto part : missing) {
        const auto [name, words] = textOf(part);
        human.append(names.empty() ? "" : "; ").append(words);
        names.push_back(name);
    }
    return written([&](Document& document) {
        addProblem(document, Problem::kUnavailable, human, requestId);
        document.add("parts", names);
    });
}

}  // namespace claviger::fcgi
