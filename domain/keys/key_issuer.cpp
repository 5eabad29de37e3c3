#include "domain/keys/key_issuer.h"

#include <algorithm>

#include "domain/model/key_expiry.h"

namespace claviger::domain {
namespace {

AuditEvent event(AuditAction action, const KeyHolder& holder, const ApiKey& key) {
    return {key.createdAt, action, holder.user, key.id, holder.origin};
}

// The end of the same lifetime, begun now.
std::optional<Timestamp> nextExpiry(const LockedKey::Active& old, Timestamp now) {
    if (!old.expiresAt) return std::nullopt;
    const Timestamp::duration least = KeyExpiry::kLeast, most = KeyExpiry::kMost;
    return now + std::clamp(*old.expiresAt - old.createdAt, least, most);  // an import may bring any lifetime
}

bool isUsed(const TenantStore& store, const KeyIssuer::Once& once) {
    return once && store.apiKeys().isUsed(*once);
}

}  // namespace

KeyIssuer::KeyIssuer(TenantStores& stores, const secrets::Hasher& hasher, const Clock& clock, const ChangeLimit& limit)
    : stores_(stores), hasher_(hasher), clock_(clock), limit_(limit) {}

Result<IssuedApiKey> KeyIssuer::create(const KeyHolder& holder, const NewApiKey& wanted, const Once& once) {
    const auto now = clock_.now();
    const auto expiresAt = wanted.expiry.resolve(now);
    if (!expiresAt.ok()) return expiresAt.error();
    auto fullKey = secrets::PlainKey::generate();
    ApiKey key{ApiKeyId::make(now), holder.user, wanted.name, LineageId::make(now), 1, fullKey.shownPrefix(), now, {}};
    key.expiresAt = expiresAt.value();
    const auto secret = secretOf(holder, fullKey, once);

    const auto [stored, effectiveAt] =
        stores_.transactRevocation<void>(holder.tenant, [&](TenantStore& store) -> Result<void> {
            const auto user = store.apiKeys().lockUser(holder.user);
            if (!user) return ErrorCode::kUnauthorized;
            if (isUsed(store, once)) return ErrorCode::kAlreadyShown;
            if (user->activeKeys >= kActiveKeyLimit) return ErrorCode::kKeyLimitReached;
            if (auto charged = chargeChange(limit_, store, holder.user, user->changesWholeAt, now); !charged.ok())
                return charged;
            store.audit().add(event(AuditAction::kKeyCreated, holder, key));
            store.apiKeys().add(key, secret);
            return {};
        });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{key, std::move(fullKey), effectiveAt};
}

Result<IssuedApiKey> KeyIssuer::regenerate(const KeyHolder& holder, const ApiKeyId& id, const Once& once) {
    const auto now = clock_.now();
    auto fullKey = secrets::PlainKey::generate();
    const auto secret = secretOf(holder, fullKey, once);

    auto [stored, effectiveAt] =
        stores_.transactRevocation<ApiKey>(holder.tenant, [&](TenantStore& store) -> Result<ApiKey> {
            const auto [userIsApproved, old, changesWholeAt] = store.apiKeys().lock(holder.user, id);
            if (!userIsApproved) return ErrorCode::kUnauthorized;
            if (isUsed(store, once)) return ErrorCode::kAlreadyShown;
            if (!old) return ErrorCode::kKeyNotFound;
            if (isLocked(*old, holder.by)) return ErrorCode::kKeyLocked;
            if (auto charged = chargeChange(limit_, store, holder.user, changesWholeAt, now); !charged.ok())
                return charged.error();

            ApiKey key{ApiKeyId::make(now), holder.user,           old->name, old->lineage,
                       old->generation + 1, fullKey.shownPrefix(), now,       {}};
            key.expiresAt = nextExpiry(*old, now);
            store.apiKeys().end(id, *old, now);
            store.apiKeys().addNext(key, secret);
            store.audit().add(event(AuditAction::kKeyRegenerated, holder, key));
            return key;
        });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{std::move(stored).value(), std::move(fullKey), effectiveAt};
}

bool isLocked(const LockedKey::Active& key, KeyParty by) {
    return by == KeyParty::kOwner && key.disabled && key.disabled->by == KeyParty::kOperator;
}

KeySecret KeyIssuer::secretOf(const KeyHolder& holder, const secrets::PlainKey& fullKey, const Once& once) const {
    return {hasher_.hash(holder.tenant.id, fullKey), hasher_.pepperVersion(), once};
}

}  // namespace claviger::domain
