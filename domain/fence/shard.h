#pragma once

#include <cstddef>
#include <cstdint>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// An invalidation shard, one of 1,024. Every tenant, user, session and key belongs to one shard. A change of its
// revocation state invalidates all cached entries that depend on that shard. So does each list of keys, and a change of
// it. Sharing a shard costs extra database queries, but never a wrong result. Only keys and lists of keys use the first
// 768 shards, so that many creates and regenerates do not invalidate cached sessions, users and tenants.
//
// The shard numbers are stored: another mapping needs another set of rows in revocation_epochs.
enum class Shard : std::uint16_t {};

constexpr std::size_t kShards = 1024;
constexpr std::size_t kKeyShards = 768;

constexpr std::size_t indexOf(Shard shard) {
    return static_cast<std::size_t>(shard);
}

// Returns the last 16 bits. Those of an id (UUID version 7) and of a hash are random.
template <class Octets>
std::size_t lastBits(const Octets& octets) {
    const auto last = octets.size() - 1;
    return static_cast<std::size_t>((octets[last - 1] << 8U) | octets[last]);
}

// The shard of a key, one of the first 768.
inline Shard shardOf(const ApiKeyId& id) {
    return static_cast<Shard>(lastBits(id.octets()) % kKeyShards);
}

// The shard of a user's list of active keys, one of the first 768. Every change of the list bumps it.
inline Shard listShardOf(const UserId& id) {
    return static_cast<Shard>(lastBits(id.octets()) % kKeyShards);
}

// The shard of a tenant or user, one of the last 256.
template <class Kind>
Shard shardOf(const Id<Kind>& id) {
    return static_cast<Shard>(kKeyShards + lastBits(id.octets()) % (kShards - kKeyShards));
}

// The shard of a session, by the hash of its token; one of the last 256.
template <class Kind>
Shard shardOf(const secrets::Digest<Kind>& hash) {
    return static_cast<Shard>(kKeyShards + lastBits(hash.octets()) % (kShards - kKeyShards));
}

}  // namespace claviger::domain
