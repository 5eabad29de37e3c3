#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/base/clock.h"

namespace claviger::domain {

// A UUID version 7 (RFC 9562, section 5.7). UUIDs sort by their time of creation.
using Uuid = std::array<std::uint8_t, 16>;

Uuid makeUuid(Timestamp);
std::string uuidText(const Uuid&);                    // lower case, with hyphens
std::optional<Uuid> parseUuid(std::string_view);      // the form of uuidText in either case; nullopt for any other
std::string uuidBytes(const Uuid&);                   // the 16 bytes of a BINARY(16) column
std::optional<Uuid> uuidFromBytes(std::string_view);  // nullopt unless 16 bytes long
std::optional<Timestamp> timeOfUuid(const Uuid&);     // to the millisecond; nullopt unless the UUID is of version 7

// An identifier of one kind of thing. Ids of different kinds are different types. parse() and fromBytes() return
// nullopt for a text or bytes of another form.
template <class Kind>
class Id {
public:
    static Id make(Timestamp now) { return Id(makeUuid(now)); }
    static std::optional<Id> parse(std::string_view text) { return wrap(parseUuid(text)); }
    static std::optional<Id> fromBytes(std::string_view bytes) { return wrap(uuidFromBytes(bytes)); }

    std::string text() const { return uuidText(uuid_); }
    std::string bytes() const { return uuidBytes(uuid_); }
    const Uuid& octets() const { return uuid_; }

    auto operator<=>(const Id&) const = default;

private:
    explicit Id(const Uuid& uuid) : uuid_(uuid) {}
    static std::optional<Id> wrap(const std::optional<Uuid>& uuid) {
        return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
    }

    Uuid uuid_;
};

// Uses the last bytes of an id, because those are random.
struct HashOfId {
    template <class Kind>
    std::size_t operator()(const Id<Kind>& id) const {
        std::size_t value = 0;
        for (std::size_t i = id.octets().size() - sizeof value; i < id.octets().size(); ++i)
            value = value << 8U | id.octets()[i];
        return value;
    }
};

using TenantId = Id<struct TenantKind>;
using UserId = Id<struct UserKind>;
using ApiKeyId = Id<struct ApiKeyKind>;
using LineageId = Id<struct LineageKind>;
using AuditEventId = Id<struct AuditEventKind>;

}  // namespace claviger::domain
