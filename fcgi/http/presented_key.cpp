#include "fcgi/http/presented_key.h"

#include <Poco/String.h>

#include <algorithm>
#include <optional>

#include "domain/secrets/plain_key.h"
#include "fcgi/http/form.h"

namespace claviger::fcgi {
namespace {

constexpr std::string_view kScheme = "bearer ";

std::optional<std::string> bearerToken(const Request& request) {
    const auto header = request.header("authorization");
    if (!header || Poco::icompare(header->substr(0, kScheme.size()), kScheme.data()) != 0) return std::nullopt;
    return Poco::trim(std::string(header->substr(kScheme.size())));
}

// A header that was sent twice arrives with a comma, which no key holds.
bool holdsTwo(const Request& request, std::string_view name) {
    const auto header = request.header(name);
    return header && header->find(',') != std::string_view::npos;
}

bool hasKeyInQuery(const Request& request) {
    const auto fields = parseFields(request.query);
    const auto holdsKey = [](const auto& field) {
        const auto holds = [](const std::string& text) {
            return text.find(domain::secrets::PlainKey::kPrefix) != std::string::npos;
        };
        return holds(field.first) || holds(field.second);
    };
    return fields ? std::any_of(fields->begin(), fields->end(), holdsKey)
                  : request.query.find(domain::secrets::PlainKey::kPrefix) != std::string::npos;
}

}  // namespace

std::variant<std::string, Refusal> presentedKey(const Request& request) {
    if (hasKeyInQuery(request)) return Refusal{Problem::kKeyInQuery};
    const auto bearer = bearerToken(request);
    const auto header = request.header("x-api-key");
    if (bearer && header && *bearer != *header) return Refusal{Problem::kAmbiguousCredentials};
    if (holdsTwo(request, "authorization") || holdsTwo(request, "x-api-key"))
        return Refusal{Problem::kAmbiguousCredentials};
    if (bearer) return *bearer;
    if (header) return std::string(*header);
    return Refusal{Problem::kKeyRequired};
}

}  // namespace claviger::fcgi
