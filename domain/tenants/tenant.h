#pragma once

#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "domain/base/result.h"

namespace claviger::domain {

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

// A DNS name in lower case, without port: what a tenant is found by.
class HostName {
public:
    static constexpr std::size_t kMaxLength = 253;

    // Takes upper case and lowers it. Letters, digits and inner hyphens in labels of at most 63 (RFC 1123).
    //   kInvalidArgument  of another form
    static Result<HostName> parse(std::string_view);

    // The host of an authority "host[:port]", as a Host header has it.
    //   kInvalidArgument  of another form
    static Result<HostName> parseAuthority(std::string_view);

    const std::string& text() const { return text_; }
    auto operator<=>(const HostName&) const = default;

private:
    explicit HostName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// The schema of one tenant. Only such a name is ever spliced into SQL.
class SchemaName {
public:
    static SchemaName of(const TenantSlug&);  // claviger_t_<slug with - as _>

    // As the control schema stores it.
    //   kInvalidArgument  not of that form
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
    int schemaVersion;  // the last migration that its schema has seen; 0 while it is being made
};

}  // namespace claviger::domain
