#include "domain/keys/key_verifier.h"

namespace claviger::domain {

KeyVerifier::KeyVerifier(TenantStores& stores, const secrets::Hasher& hasher, UsageRecorder& usage, const Clock& clock)
    : stores_(stores), hasher_(hasher), usage_(usage), clock_(clock) {}

Result<KeyOwner> KeyVerifier::verify(const Tenant& tenant, std::string_view presented) const {
    const auto plain = secrets::PlainKey::parse(presented);
    if (!plain) return ErrorCode::kKeyInvalid;

    const auto hash = hasher_.hash(tenant.id, *plain);
    auto owner = stores_.read(tenant, [&](const TenantStore& store) { return store.apiKeys().findLive(hash); });
    if (!owner) return ErrorCode::kKeyInvalid;

    usage_.note(tenant, owner->key.id, clock_.now());
    return std::move(*owner);
}

}  // namespace claviger::domain
