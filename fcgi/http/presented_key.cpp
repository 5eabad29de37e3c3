#include "fcgi/http/presented_key.h"

#include <Poco/String.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "domain/secrets/plain_key.h"
#include "fcgi/http/form.h"

namespace claviger::fcgi {
namespace {

using domain::secrets::PlainKey;

constexpr std::string_view kScheme = "bearer ";

// The text without the blanks around it. nullopt if nothing is left.
std::optional<std::string> unlessEmpty(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return std::nullopt;
    return std::string(text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin));
}

std::optional<std::string> bearerToken(const Request& request) {
    const auto header = request.header("authorization");
    if (!header || Poco::icompare(header->substr(0, kScheme.size()), kScheme.data()) != 0) return std::nullopt;
    return unlessEmpty(header->substr(kScheme.size()));
}

std::optional<std::string> apiKey(const Request& request) {
    return unlessEmpty(request.header("x-api-key").value_or(""));
}

// A header that was sent twice arrives as one value with a comma. No key contains a comma.
bool holdsTwo(const std::optional<std::string>& credential) {
    return credential && credential->find(',') != std::string::npos;
}

bool isOurs(std::string_view credential) {
    return PlainKey::parse(credential).has_value();
}

// Whether the credential has the form of our keys, or one of several that arrived as one value.
bool holdsOurs(std::string_view credentials) {
    constexpr std::string_view kBetween = ", \t";  // each may have its scheme before it
    while (!credentials.empty()) {
        const auto length = std::min(credentials.find_first_of(kBetween), credentials.size());
        if (isOurs(credentials.substr(0, length))) return true;
        credentials.remove_prefix(std::min(length + 1, credentials.size()));
    }
    return false;
}

bool hasKeyInQuery(const Request& request) {
    const auto fields = parseFields(request.query);
    const auto holdsKey = [](const auto& field) {
        const auto holds = [](const std::string& text) { return text.find(PlainKey::kPrefix) != std::string::npos; };
        return holds(field.first) || holds(field.second);
    };
    return fields ? std::any_of(fields->begin(), fields->end(), holdsKey)
                  : request.query.find(PlainKey::kPrefix) != std::string::npos;
}

}  // namespace

Result<std::string> presentedKey(const Request& request) {
    if (hasKeyInQuery(request)) return Problem::kKeyInQuery;
    auto bearer = bearerToken(request);
    auto header = apiKey(request);
    const bool bearerIsTheApplications = bearer && header && isOurs(*header) && !holdsOurs(*bearer);
    if (bearerIsTheApplications) return std::move(*header);
    if (holdsTwo(bearer) || holdsTwo(header)) return Problem::kAmbiguousCredentials;
    if (bearer && header && *bearer != *header) return Problem::kAmbiguousCredentials;
    if (header) return std::move(*header);  // a bearer beside it is the same key
    if (bearer) return std::move(*bearer);
    return Problem::kKeyRequired;
}

}  // namespace claviger::fcgi
