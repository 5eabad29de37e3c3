#include "domain/keys/key_verifier.h"

namespace claviger::domain {

KeyVerifier::KeyVerifier(TenantStores& stores, const secrets::Hasher& hasher, UsageRecorder& usage, const Clock& clock,
                         const Fence& fence, std::size_t rememberedKeys)
    : stores_(stores), hasher_(hasher), usage_(usage), clock_(clock), fence_(fence), known_(fence, rememberedKeys) {}

Result<LivingKey> KeyVerifier::verify(const Tenant& tenant, std::string_view presented, const Caller& caller) {
    const auto plain = secrets::PlainKey::parse(presented);
    if (!plain) return ErrorCode::kKeyInvalid;

    const auto hash = hasher_.hash(tenant.id, *plain);
    auto living = known_.find(hash);
    if (!living) living = look(tenant, hash);
    if (!living) return ErrorCode::kKeyInvalid;

    usage_.note(tenant, {living->id, clock_.now(), caller});
    return *living;
}

// The generations first: what dies between the two looks has raised one of them by the time it counts as dead.
std::optional<LivingKey> KeyVerifier::look(const Tenant& tenant, const secrets::KeyHash& hash) {
    Generations before;
    fence_.read(before);
    const auto living = stores_.read(tenant, [&](const TenantStore& store) { return store.apiKeys().findLive(hash); });
    if (living) known_.keep(hash, *living, {before, {slotOf(living->id), slotOf(living->user)}});
    return living;
}

}  // namespace claviger::domain
