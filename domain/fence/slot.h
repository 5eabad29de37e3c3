#pragma once

#include <cstddef>
#include <cstdint>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// Whatever can lose or regain its standing (a tenant, a user, a session, a key) belongs to one of 1,024 slots. Two that
// share one cost each other a look at the database, never a wrong verdict.
//
// The numbers are stored: another mapping is another set of rows in revocation_epochs.
enum class Slot : std::uint16_t {};

constexpr std::size_t kSlots = 1024;

constexpr std::size_t indexOf(Slot slot) {
    return static_cast<std::size_t>(slot);
}

// The last bits of an id (UUID version 7) and of a hash are random.
template <class Octets>
Slot slotOfLast(const Octets& octets) {
    const auto last = octets.size() - 1;
    return static_cast<Slot>(((octets[last - 1] << 8U) | octets[last]) % kSlots);
}

template <class Kind>
Slot slotOf(const Id<Kind>& id) {
    return slotOfLast(id.octets());
}

template <class Kind>
Slot slotOf(const secrets::Digest<Kind>& hash) {
    return slotOfLast(hash.octets());
}

}  // namespace claviger::domain
