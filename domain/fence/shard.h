#pragma once

#include <cstddef>
#include <cstdint>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// An invalidation shard, one of 1,536. Every tenant, user, session, key and list of keys belongs to one shard. A change
// of its revocation state, or of the list, invalidates all cached entries that depend on that shard. Sharing a shard
// costs extra database queries, but never a wrong result. Keys have the first 768 shards for themselves, and lists the
// last 512. So regenerates do not invalidate cached sessions, users and tenants, and creates invalidate only lists.
//
// The shard numbers are stored: another mapping needs another set of rows in revocation_epochs and list_epochs.
enum class Shard : std::uint16_t {};

constexpr std::size_t kKeyShards = 768;
constexpr std::size_t kOtherShards = 256;  // of tenants, users and sessions
constexpr std::size_t kListShards = 512;
constexpr std::size_t kFirstListShard = kKeyShards + kOtherShards;
constexpr std::size_t kShards = kFirstListShard + kListShards;

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

// The shard of a user's list of active keys, one of the last 512. Each new key of the list bumps it. A key that leaves
// the list bumps its own shard.
inline Shard listShardOf(const UserId& id) {
    return static_cast<Shard>(kFirstListShard + lastBits(id.octets()) % kListShards);
}

// Whether the shard's epoch is in list_epochs. That of any other shard is in revocation_epochs.
constexpr bool isOfLists(Shard shard) {
    return indexOf(shard) >= kFirstListShard;
}

// The shard of a tenant or user, one of the 256 in between.
template <class Kind>
Shard shardOf(const Id<Kind>& id) {
    return static_cast<Shard>(kKeyShards + lastBits(id.octets()) % kOtherShards);
}

// The shard of a session, by the hash of its token; one of the 256 in between.
template <class Kind>
Shard shardOf(const secrets::Digest<Kind>& hash) {
    return static_cast<Shard>(kKeyShards + lastBits(hash.octets()) % kOtherShards);
}

}  // namespace claviger::domain
