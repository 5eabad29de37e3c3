#include "persistence/connection/identifier.h"

#include "domain/ports/control/migrations.h"

namespace claviger::persistence {
namespace {

std::string backQuoted(std::string_view name) {
    std::string text = "`";
    for (const char c : name) text.append(c == '`' ? 2 : 1, c);
    return text += '`';
}

// Five bits per character, the highest bits first. The last character is padded with zero bits.
std::string base32(std::string_view bytes) {
    constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyz234567";
    constexpr unsigned kBits = 5, kMask = 31;
    std::string text;
    unsigned held = 0, bits = 0;
    for (const char c : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= kBits; bits -= kBits) text += kSigns[(held >> (bits - kBits)) & kMask];
    }
    if (bits > 0) text += kSigns[(held << (kBits - bits)) & kMask];
    return text;
}

}  // namespace

Identifier Identifier::schema(const domain::SchemaName& name) {
    return Identifier(backQuoted(name.text()));
}

Identifier Identifier::controlSchema() {
    return Identifier(backQuoted(domain::kControlSchema));
}

Identifier Identifier::schemaInGrant(const domain::SchemaName& name) {
    std::string escaped;
    for (const char c : name.text()) {
        if (c == '_' || c == '%') escaped += '\\';
        escaped += c;
    }
    return Identifier(backQuoted(escaped));
}

Identifier Identifier::table(std::string_view name) {
    return Identifier(backQuoted(name));
}

Identifier Identifier::columns(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + backQuoted(name);
    return Identifier(list);
}

Identifier Identifier::role(const domain::TenantId& id) {
    return Identifier(backQuoted("clv_" + base32(id.bytes())));
}

Identifier Identifier::formerRole(const domain::TenantId& id) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string name = "clv_";
    for (const char c : id.bytes().substr(8)) {
        const auto byte = static_cast<unsigned char>(c);
        name += kDigits[byte >> 4U];
        name += kDigits[byte & 15U];
    }
    return Identifier(backQuoted(name));
}

Identifier Identifier::pruneRole() {
    return Identifier(backQuoted("clv_prune"));
}

Identifier Identifier::account(std::string_view user, std::string_view host) {
    return Identifier(backQuoted(user) + "@" + backQuoted(host));
}

}  // namespace claviger::persistence
