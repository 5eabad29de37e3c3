#pragma once

#include <cstddef>
#include <cstdint>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// Whatever can lose or regain its standing (a tenant, a user, a session, a key) belongs to one of 1,024 slots. Two that
// share one cost each other a look at the database, never a wrong verdict. Keys have the first 768 to themselves:
// however many are regenerated, sessions, users and tenants stay remembered.
//
// The numbers are stored: another mapping is another set of rows in revocation_epochs.
enum class Slot : std::uint16_t {};

constexpr std::size_t kSlots = 1024;
constexpr std::size_t kKeySlots = 768;

constexpr std::size_t indexOf(Slot slot) {
    return static_cast<std::size_t>(slot);
}

// The last bits of an id (UUID version 7) and of a hash are random.
template <class Octets>
std::size_t lastBits(const Octets& octets) {
    const auto last = octets.size() - 1;
    return static_cast<std::size_t>((octets[last - 1] << 8U) | octets[last]);
}

inline Slot slotOf(const ApiKeyId& id) {
    return static_cast<Slot>(lastBits(id.octets()) % kKeySlots);
}

template <class Kind>
Slot slotOf(const Id<Kind>& id) {
    return static_cast<Slot>(kKeySlots + lastBits(id.octets()) % (kSlots - kKeySlots));
}

template <class Kind>
Slot slotOf(const secrets::Digest<Kind>& hash) {
    return static_cast<Slot>(kKeySlots + lastBits(hash.octets()) % (kSlots - kKeySlots));
}

}  // namespace claviger::domain
