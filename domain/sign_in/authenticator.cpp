#include "domain/sign_in/authenticator.h"

namespace claviger::domain {

Authenticator::Authenticator(TenantStores& stores, const KeyVerifier& verifier, const secrets::Hasher& hasher,
                             const Clock& clock)
    : stores_(stores), verifier_(verifier), hasher_(hasher), clock_(clock) {}

Result<Actor> Authenticator::bySession(const Tenant& tenant, const secrets::SessionToken& token,
                                       const RequestOrigin& origin) const {
    const auto now = clock_.now();
    const auto hash = hasher_.hash(tenant.id, token);
    const auto live =
        stores_.read(tenant, [&](const TenantStore& store) { return store.sessions().findLive(hash, now); });
    if (!live) return ErrorCode::kUnauthorized;

    if (live->session.lastSeenAt + kSessionTouchEvery <= now) {
        auto touched = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
            store.sessions().touch(hash, now);
            return {};
        });
        if (!touched.ok()) return touched.error();
    }
    return Actor(tenant, live->user, origin);
}

Result<KeyBearer> Authenticator::byApiKey(const Tenant& tenant, std::string_view presented) const {
    auto owner = verifier_.verify(tenant, presented);
    if (!owner.ok()) return owner.error();
    return KeyBearer(tenant, std::move(owner).value());
}

}  // namespace claviger::domain
