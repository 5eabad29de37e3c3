#pragma once

#include <cstddef>
#include <cstdint>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// An invalidation shard, one of 1,024. Every tenant, user, session and key belongs to one slot, and a change of its
// revocation state invalidates the cached entries of that slot. Sharing a slot costs extra database queries, but never
// a wrong result. Only keys use the first 768 slots, so that regenerating many keys does not evict cached sessions,
// users and tenants.
//
// The slot numbers are stored: another mapping needs another set of rows in revocation_epochs.
enum class Slot : std::uint16_t {};

constexpr std::size_t kSlots = 1024;
constexpr std::size_t kKeySlots = 768;

constexpr std::size_t indexOf(Slot slot) {
    return static_cast<std::size_t>(slot);
}

// Returns the last 16 bits. Those of an id (UUID version 7) and of a hash are random.
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
