#include "domain/keys/api_key_service.h"

#include <algorithm>

namespace claviger::domain {
namespace {

AuditEvent event(AuditAction action, const Actor& actor, const ApiKey& key) {
    return {key.createdAt, action, actor.user().id, key.id, actor.origin()};
}

// What create and regenerate ask before they change anything, with the user locked until the transaction ends.
Result<void> admit(TenantStore& store, const Actor& actor, const std::optional<secrets::OnceHash>& once) {
    if (!store.users().lockApproved(actor.user().id)) return ErrorCode::kUnauthorized;
    if (once && store.apiKeys().onceWasUsed(*once)) return ErrorCode::kAlreadyShown;
    return {};
}

}  // namespace

ApiKeyService::ApiKeyService(TenantStores& stores, const secrets::Hasher& hasher, const Clock& clock)
    : stores_(stores), hasher_(hasher), clock_(clock) {}

std::vector<ApiKey> ApiKeyService::list(const Actor& actor) const {
    return stores_.read(actor.tenant(),
                        [&](const TenantStore& store) { return store.apiKeys().listLive(actor.user().id); });
}

Result<ApiKey> ApiKeyService::find(const Actor& actor, const ApiKeyId& id) const {
    const auto keys = list(actor);
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const ApiKey& key) { return key.id == id; });
    if (found == keys.end()) return ErrorCode::kKeyNotFound;
    return *found;
}

std::optional<ApiKey> ApiKeyService::findByOnce(const Actor& actor, std::string_view once) const {
    const auto hash = hasher_.hashOnce(actor.tenant().id, actor.user().id, once);
    return stores_.read(actor.tenant(), [&](const TenantStore& store) { return store.apiKeys().findLiveByOnce(hash); });
}

Result<IssuedApiKey> ApiKeyService::create(const Actor& actor, const KeyName& name, Once once) {
    const auto now = clock_.now();
    auto fullKey = secrets::PlainKey::generate();
    const ApiKey key{
        ApiKeyId::make(now), actor.user().id, name, LineageId::make(now), 1, fullKey.shownPrefix(), now, {}};
    const auto onceHash = hashOnce(actor, once);
    const auto secret = secretOf(actor, fullKey, onceHash);

    auto stored = stores_.transact<void>(actor.tenant(), [&](TenantStore& store) -> Result<void> {
        if (auto admitted = admit(store, actor, onceHash); !admitted.ok()) return admitted;
        if (store.apiKeys().countLive(actor.user().id) >= kLiveKeyLimit) return ErrorCode::kKeyLimitReached;
        if (auto added = store.apiKeys().add(key, secret); !added.ok()) return added;
        store.audit().add(event(AuditAction::kKeyCreated, actor, key));
        return {};
    });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{key, std::move(fullKey)};
}

Result<IssuedApiKey> ApiKeyService::regenerate(const Actor& actor, const ApiKeyId& id, Once once) {
    const auto now = clock_.now();
    auto fullKey = secrets::PlainKey::generate();
    const auto onceHash = hashOnce(actor, once);
    const auto secret = secretOf(actor, fullKey, onceHash);

    auto [stored, settledAt] =
        stores_.transactSettling<ApiKey>(actor.tenant(), [&](TenantStore& store) -> Result<ApiKey> {
            if (auto admitted = admit(store, actor, onceHash); !admitted.ok()) return admitted.error();
            const auto old = store.apiKeys().end(actor.user().id, id, now);
            if (!old) return ErrorCode::kKeyNotFound;

            const ApiKey key{ApiKeyId::make(now),   old->user, old->name, old->lineage, old->generation + 1,
                             fullKey.shownPrefix(), now,       {}};
            if (auto added = store.apiKeys().add(key, secret); !added.ok()) return added.error();
            store.audit().add(event(AuditAction::kKeyRegenerated, actor, key));
            return key;
        });
    if (!stored.ok()) return stored.error();
    return IssuedApiKey{std::move(stored).value(), std::move(fullKey), settledAt};
}

std::optional<secrets::OnceHash> ApiKeyService::hashOnce(const Actor& actor, Once once) const {
    if (!once) return std::nullopt;
    return hasher_.hashOnce(actor.tenant().id, actor.user().id, *once);
}

KeySecret ApiKeyService::secretOf(const Actor& actor, const secrets::PlainKey& fullKey,
                                  const std::optional<secrets::OnceHash>& once) const {
    return {hasher_.hash(actor.tenant().id, fullKey), hasher_.pepperVersion(), once};
}

}  // namespace claviger::domain
