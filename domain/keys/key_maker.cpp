#include "domain/keys/key_maker.h"

namespace claviger::domain {
namespace {

AuditEvent event(AuditAction action, const KeyHolder& holder, const ApiKey& key) {
    return {key.createdAt, action, holder.user, key.id, holder.origin};
}

// What create and regenerate ask before they change anything, with the user locked until the transaction ends.
Result<Holdings> admit(TenantStore& store, const KeyHolder& holder, const KeyMaker::Once& once) {
    const auto holdings = store.apiKeys().lockHoldings(holder.user, once);
    if (!holdings) return ErrorCode::kUnauthorized;
    if (holdings->onceWasUsed) return ErrorCode::kAlreadyShown;
    return *holdings;
}

}  // namespace

KeyMaker::KeyMaker(TenantStores& stores, const secrets::Hasher& hasher, const Clock& clock)
    : stores_(stores), hasher_(hasher), clock_(clock) {}

Result<IssuedApiKey> KeyMaker::create(const KeyHolder& holder, const KeyName& name, const Once& once) {
    const auto now = clock_.now();
    auto fullKey = secrets::PlainKey::generate();
    const ApiKey key{ApiKeyId::make(now), holder.user, name, LineageId::make(now), 1, fullKey.shownPrefix(), now, {}};
    const auto secret = secretOf(holder, fullKey, once);

    auto stored = stores_.transact<void>(holder.tenant, [&](TenantStore& store) -> Result<void> {
        const auto admitted = admit(store, holder, once);
        if (!admitted.ok()) return admitted.error();
        if (admitted.value().liveKeys >= kLiveKeyLimit) return ErrorCode::kKeyLimitReached;
        if (auto added = store.apiKeys().add(key, secret); !added.ok()) return added;
        store.audit().add(event(AuditAction::kKeyCreated, holder, key));
        return {};
    });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{key, std::move(fullKey)};
}

Result<IssuedApiKey> KeyMaker::regenerate(const KeyHolder& holder, const ApiKeyId& id, const Once& once) {
    const auto now = clock_.now();
    auto fullKey = secrets::PlainKey::generate();
    const auto secret = secretOf(holder, fullKey, once);

    auto [stored, settledAt] =
        stores_.transactSettling<ApiKey>(holder.tenant, [&](TenantStore& store) -> Result<ApiKey> {
            if (const auto admitted = admit(store, holder, once); !admitted.ok()) return admitted.error();
            const auto old = store.apiKeys().end(holder.user, id, now);
            if (!old) return ErrorCode::kKeyNotFound;

            const ApiKey key{ApiKeyId::make(now),   old->user, old->name, old->lineage, old->generation + 1,
                             fullKey.shownPrefix(), now,       {}};
            if (auto added = store.apiKeys().add(key, secret); !added.ok()) return added.error();
            store.audit().add(event(AuditAction::kKeyRegenerated, holder, key));
            return key;
        });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{std::move(stored).value(), std::move(fullKey), settledAt};
}

KeySecret KeyMaker::secretOf(const KeyHolder& holder, const secrets::PlainKey& fullKey, const Once& once) const {
    return {hasher_.hash(holder.tenant.id, fullKey), hasher_.pepperVersion(), once};
}

}  // namespace claviger::domain
