#include "domain/keys/key_verifier.h"

namespace claviger::domain {
namespace {

std::vector<std::optional<FoundKey>> findActive(const TenantStore& store, const std::vector<KeyHashes>& sought) {
    return store.apiKeys().findActive(sought);
}

}  // namespace

KeyVerifier::KeyVerifier(TenantStores& stores, const secrets::Hasher& hasher, UsageRecorder& usage, const Clock& clock,
                         const Fence& fence, std::size_t rememberedKeys)
    : found_(stores, findActive),
      hasher_(hasher),
      usage_(usage),
      clock_(clock),
      fence_(fence),
      known_(fence, rememberedKeys) {}

Result<ActiveKey> KeyVerifier::verify(const Tenant& tenant, std::string_view presented, const ClientInfo& caller) {
    const auto plain = secrets::PlainKey::parse(presented);
    if (!plain) return ErrorCode::kKeyInvalid;

    const auto hash = hasher_.hash(tenant.id, *plain);
    if (const auto active = known_.find(hash)) {
        usage_.note(tenant, {active->id, clock_.now(), caller});
        return *active;
    }
    const auto looked = look(tenant, *plain, hash);
    if (!looked) return ErrorCode::kKeyInvalid;
    usage_.note(tenant, {looked->key.id, clock_.now(), caller, 1, looked->moved});
    return looked->key;
}

// Reads the counters before the query. A revocation between the two bumps one of them before it is acknowledged, so
// the cached entry no longer holds then.
std::optional<KeyVerifier::Looked> KeyVerifier::look(const Tenant& tenant, const secrets::PlainKey& plain,
                                                     const secrets::KeyHash& hash) {
    KeyHashes hashes{hash};
    if (const auto* const other = hasher_.other()) hashes.other = other->hash(tenant.id, plain);
    ShardCounters before;
    fence_.read(before);
    const auto found = found_.ask(tenant, hashes);
    if (!found) return std::nullopt;
    known_.keep(hash, found->key, {before, {shardOf(found->key.id), shardOf(found->key.user)}});

    // Keys move only to a later pepper. While hosts differ in their current pepper, no key moves back and forth.
    Looked looked{found->key, {}};
    if (found->pepperVersion < hasher_.pepperVersion()) looked.moved = ApiKeys::NewHash{hash, hasher_.pepperVersion()};
    return looked;
}

}  // namespace claviger::domain
