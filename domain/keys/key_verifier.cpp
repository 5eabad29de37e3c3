#include "domain/keys/key_verifier.h"

#include "domain/keys/admit.h"

namespace claviger::domain {
namespace {

std::vector<KeyByHash> findByHash(const TenantStore& store, const std::vector<KeyHashes>& sought) {
    return store.apiKeys().findByHash(sought);
}

}  // namespace

KeyVerifier::KeyVerifier(const KeyIndex& index, TenantStores& stores, const secrets::Hasher& hasher,
                         UsageRecorder& usage, const Clock& clock, const Fence& fence, KeyCache<ActiveKey>& active,
                         KeyCache<DeadKey>& dead)
    : index_(index),
      lookup_(stores, findByHash),
      hasher_(hasher),
      usage_(usage),
      clock_(clock),
      fence_(fence),
      active_(active),
      dead_(dead) {}

Result<ActiveKey> KeyVerifier::verify(const Tenant& tenant, std::string_view presented, const ClientInfo& client) {
    const auto plain = secrets::PlainKey::parse(presented);
    if (!plain) return ErrorCode::kKeyInvalid;

    const auto hash = hasher_.hash(tenant.id, *plain);
    if (const auto cached = active_.find(hash)) return admitted(tenant, {*cached}, client);
    if (dead_.find(hash)) return ErrorCode::kKeyInvalid;
    const auto found = find(tenant, *plain, hash);
    if (!found) return ErrorCode::kKeyInvalid;
    return admitted(tenant, *found, client);
}

// Checks the policy, and records the use.
Result<ActiveKey> KeyVerifier::admitted(const Tenant& tenant, const Found& found, const ClientInfo& client) {
    const auto now = clock_.now();
    if (const auto decided = admit(found.key.policy, {client}, now); !decided.ok()) return decided.error();
    const bool isIndexed = found.isIndexed && !found.moved;  // a key that moves has another hash in the index
    const auto toIndex = isIndexed ? std::nullopt : std::optional(found.key.user);
    usage_.note(tenant, {found.key.id, now, client, 1, found.moved, toIndex});
    return found.key;
}

// Reads the counters before the query. A revocation between the two bumps one of them before it is acknowledged, so
// the cached entry no longer holds then.
std::optional<KeyVerifier::Found> KeyVerifier::find(const Tenant& tenant, const secrets::PlainKey& plain,
                                                    const secrets::KeyHash& hash) {
    KeyHashes hashes{hash};
    if (const auto* const other = hasher_.other()) hashes.other = other->hash(tenant.id, plain);
    ShardCounters before;
    fence_.read(before);
    auto found = findIndexed(tenant, hashes);
    const bool isIndexed = found.has_value();
    if (!found) found = findInTenant(tenant, hashes, before);
    if (!found) return std::nullopt;
    active_.keep(hash, found->key, {before, {shardOf(found->key.id), shardOf(found->key.user), shardOf(tenant.id)}});

    // Keys move only to a later pepper. While hosts differ in their current pepper, no key moves back and forth.
    Found result{found->key, {}, isIndexed};
    if (found->pepperVersion < hasher_.pepperVersion()) result.moved = ApiKeys::NewHash{hash, hasher_.pepperVersion()};
    return result;
}

std::optional<FoundKey> KeyVerifier::findIndexed(const Tenant& tenant, const KeyHashes& hashes) {
    const auto indexed = indexed_.ask({}, hashes, [&](const std::vector<KeyHashes>& all) { return index_.find(all); });
    if (!indexed || indexed->tenant != tenant.id) return std::nullopt;
    return indexed->found;
}

// Caches a dead key.
std::optional<FoundKey> KeyVerifier::findInTenant(const Tenant& tenant, const KeyHashes& hashes,
                                                  const ShardCounters& before) {
    const auto [found, dead] = lookup_.ask(tenant, hashes);
    if (dead) dead_.keep(hashes.hash, *dead, {before, {shardOf(dead->id)}});
    return found;
}

}  // namespace claviger::domain
