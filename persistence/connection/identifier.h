#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/base/id.h"
#include "domain/model/tenant.h"

namespace claviger::persistence {

// A quoted name of a database object, ready for use in a statement. Every function here quotes its argument, whatever
// characters it has, and does not check that the object exists. Immutable, so thread-safe.
class Identifier {
public:
    static Identifier schema(const domain::SchemaName&);
    static Identifier controlSchema();

    // For GRANT … ON schema.*, where `_` and `%` are wildcards. They are escaped here: unescaped, the rights on `a_b`
    // reach `axb`.
    static Identifier schemaInGrant(const domain::SchemaName&);

    // A table; a list of columns, separated by commas.
    static Identifier table(std::string_view name);
    static Identifier columns(const std::vector<std::string>& names);

    // The tenant's role: "clv_" and the whole id in 26 letters and digits of base32 (RFC 4648, lower case).
    static Identifier role(const domain::TenantId&);

    // The role of the previous release: "clv_" and the last 8 bytes of the id in hexadecimal. Two ids may share one.
    static Identifier formerRole(const domain::TenantId&);

    // The role with the rights of `claviger prune`: "clv_prune".
    static Identifier pruneRole();

    // `user`@`host`
    static Identifier account(std::string_view user, std::string_view host);

    const std::string& text() const { return text_; }
    bool operator==(const Identifier&) const = default;

private:
    explicit Identifier(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace claviger::persistence
