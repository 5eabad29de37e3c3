#pragma once

#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "domain/base/result.h"

namespace claviger::domain {

// The values here are immutable, so thread-safe. Those of a parsed class are never empty.

// The short name that an operator gives a tenant: ^[a-z][a-z0-9-]{1,30}$
class TenantSlug {
public:
    //   kInvalidArgument  of another form
    static Result<TenantSlug> parse(std::string_view);

    const std::string& text() const { return text_; }
    auto operator<=>(const TenantSlug&) const = default;

private:
    explicit TenantSlug(std::string_view text) : text_(text) {}
    std::string text_;
};

// A DNS name in lower case, without port. Requests find their tenant by it.
class HostName {
public:
    static constexpr std::size_t kMaxLength = 253;

    // Lowers upper case. Accepts labels of at most 63 letters, digits and inner hyphens (RFC 1123).
    //   kInvalidArgument  of another form
    static Result<HostName> parse(std::string_view);

    // Returns the host of an authority "host[:port]", as a Host header has it. One dot at the end of the host is
    // removed.
    //   kInvalidArgument  of another form
    static Result<HostName> parseAuthority(std::string_view);

    const std::string& text() const { return text_; }
    auto operator<=>(const HostName&) const = default;

private:
    explicit HostName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// The name of one tenant's schema. No other text is ever spliced into SQL.
class SchemaName {
public:
    static SchemaName of(const TenantSlug&);  // claviger_t_<slug with - as _>

    // Parses a name as the control schema stores it.
    //   kInvalidArgument  the text has another form
    static Result<SchemaName> parse(std::string_view);

    const std::string& text() const { return text_; }

private:
    explicit SchemaName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

enum class TenantStatus { kActive, kSuspended };

struct Tenant {
    TenantId id;
    TenantSlug slug;
    std::string name;
    TenantStatus status;
    SchemaName schema;
    int schemaVersion;  // the last migration of its schema; 0 while the schema is being created, imported or dropped
};

}  // namespace claviger::domain
