#include "domain/model/tenant.h"

#include <algorithm>

namespace claviger::domain {
namespace {

constexpr std::string_view kSchemaPrefix = "claviger_t_";

bool isLower(char c) {
    return c >= 'a' && c <= 'z';
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isSlug(std::string_view text) {
    return text.size() >= 2 && text.size() <= 31 && isLower(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

bool isLabel(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

bool isHost(std::string_view text) {
    if (text.size() > HostName::kMaxLength) return false;
    while (true) {
        const auto dot = text.find('.');
        if (!isLabel(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

}  // namespace

Result<TenantSlug> TenantSlug::parse(std::string_view text) {
    if (!isSlug(text))
        return Error{ErrorCode::kInvalidArgument,
                     "a tenant's slug has 2 to 31 characters: a small letter, then small letters, digits and hyphens"};
    return TenantSlug(text);
}

Result<HostName> HostName::parse(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (!isHost(lower))
        return Error{ErrorCode::kInvalidArgument,
                     "a host name is made of letters, digits, hyphens and dots, without port"};
    return HostName(std::move(lower));
}

Result<HostName> HostName::parseAuthority(std::string_view authority) {
    const auto colon = authority.find(':');
    if (colon != std::string_view::npos) {
        const auto port = authority.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), isDigit))
            return Error{ErrorCode::kInvalidArgument, "the port of an authority is a number"};
    }
    auto host = authority.substr(0, colon);
    if (host.ends_with('.')) host.remove_suffix(1);
    return parse(host);
}

SchemaName SchemaName::of(const TenantSlug& slug) {
    std::string text(kSchemaPrefix);
    std::replace_copy(slug.text().begin(), slug.text().end(), std::back_inserter(text), '-', '_');
    return SchemaName(std::move(text));
}

Result<SchemaName> SchemaName::parse(std::string_view text) {
    std::string slug(text.substr(std::min(kSchemaPrefix.size(), text.size())));
    std::replace(slug.begin(), slug.end(), '_', '-');
    if (!text.starts_with(kSchemaPrefix) || text.find('-') != std::string_view::npos || !isSlug(slug))
        return Error{ErrorCode::kInvalidArgument, "not the name of a tenant's schema"};
    return SchemaName(std::string(text));
}

}  // namespace claviger::domain
