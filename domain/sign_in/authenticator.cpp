#include "domain/sign_in/authenticator.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kCachedSessions = 4096;
constexpr std::size_t kMostUnwritable = 4096;  // tenants, at some 60 bytes each

bool isToBeTouched(const Session& session, Timestamp now) {
    return session.lastSeenAt + kSessionTouchEvery <= now;
}

}  // namespace

Authenticator::Authenticator(TenantStores& stores, KeyVerifier& verifier, KeyLists& lists,
                             const secrets::Hasher& hasher, const Clock& clock, const Fence& fence, FaultReport& faults)
    : stores_(stores),
      verifier_(verifier),
      lists_(lists),
      hasher_(hasher),
      clock_(clock),
      fence_(fence),
      faults_(faults),
      unwritable_(kSessionTouchEvery, kMostUnwritable),
      cache_(fence, kCachedSessions) {}

Result<Actor> Authenticator::bySession(const Tenant& tenant, const secrets::SessionToken& token,
                                       const RequestOrigin& origin) {
    const auto now = clock_.now();
    auto live = find(tenant, hasher_.hash(tenant.id, token), now);
    // A session keeps the hash that it began with: it ends long before its pepper is removed.
    if (!live && hasher_.other() != nullptr) live = find(tenant, hasher_.other()->hash(tenant.id, token), now);
    if (!live) return ErrorCode::kUnauthorized;
    return Actor(tenant, std::move(live->user), origin);
}

std::optional<ActiveSession> Authenticator::find(const Tenant& tenant, const secrets::SessionHash& hash,
                                                 Timestamp now) {
    auto live = cache_.find(hash);
    if (!live || isToBeTouched(live->session, now) || !isWithinLimits(live->session, now))
        live = look(tenant, hash, now);
    return live;
}

std::optional<ActiveSession> Authenticator::look(const Tenant& tenant, const secrets::SessionHash& hash,
                                                 Timestamp now) {
    ShardCounters before;
    fence_.read(before);
    auto live = stores_.read(tenant, [&](const TenantStore& store) { return store.sessions().findActive(hash, now); });
    if (!live) return std::nullopt;

    if (isToBeTouched(live->session, now)) {
        touch(tenant, hash, now);
        live->session.lastSeenAt = now;  // even if the write failed: it is tried once a minute
    }
    cache_.keep(hash, *live, {before, {shardOf(hash), shardOf(live->user.id), shardOf(tenant.id)}});
    return live;
}

// Swallows failures: a request that only reads must not fail because the database takes no writes.
void Authenticator::touch(const Tenant& tenant, const secrets::SessionHash& hash, Timestamp now) {
    if (!unwritable_.mayTry(tenant.id, now)) return;
    try {
        const auto touched = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
            store.sessions().touch(hash, now);
            return {};
        });
        (void)touched;  // this work refuses nothing
        if (unwritable_.worked(tenant.id, now)) faults_.worked();
    } catch (const std::exception& failure) {
        unwritable_.failed(tenant.id, now);
        faults_.failed(failure.what());
    }
}

Result<ApiClient> Authenticator::byApiKey(const Tenant& tenant, std::string_view presented, const ClientInfo& caller) {
    const auto active = verifier_.verify(tenant, presented, caller);
    if (!active.ok()) return active.error();
    return ApiClient(tenant, active.value());
}

Result<KeyOwner> Authenticator::describe(const ApiClient& bearer) const {
    auto owner = lists_.find(bearer.tenant(), bearer.user(), bearer.key());
    if (!owner) return ErrorCode::kKeyInvalid;
    return std::move(*owner);
}

}  // namespace claviger::domain
