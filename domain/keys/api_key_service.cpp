#include "domain/keys/api_key_service.h"

namespace claviger::domain {

ApiKeyService::ApiKeyService(TenantStores& stores, KeyLists& lists, const secrets::Hasher& hasher, const Clock& clock,
                             const ChangeLimit& limit)
    : stores_(stores),
      lists_(lists),
      hasher_(hasher),
      issuer_(stores, hasher, clock, limit),
      switch_(stores, clock, limit) {}

std::vector<ApiKey> ApiKeyService::list(const Actor& actor) const {
    return lists_.list(actor.tenant(), actor.user().id);
}

Result<ApiKey> ApiKeyService::find(const Actor& actor, const ApiKeyId& id) const {
    auto found = lists_.find(actor.tenant(), actor.user().id, id);
    if (!found) return ErrorCode::kKeyNotFound;
    return std::move(found->key);
}

std::optional<ApiKey> ApiKeyService::findByOnce(const Actor& actor, std::string_view once) const {
    const auto hash = hasher_.hashOnce(actor.tenant().id, actor.user().id, once);
    return stores_.read(actor.tenant(),
                        [&](const TenantStore& store) { return store.apiKeys().findActiveByOnce(hash); });
}

Result<IssuedApiKey> ApiKeyService::create(const Actor& actor, const NewApiKey& wanted, Once once) {
    return issuer_.create({actor.tenant(), actor.user().id, actor.origin()}, wanted, hashOnce(actor, once));
}

Result<IssuedApiKey> ApiKeyService::regenerate(const Actor& actor, const ApiKeyId& id, Once once) {
    return issuer_.regenerate({actor.tenant(), actor.user().id, actor.origin()}, id, hashOnce(actor, once));
}

Result<SwitchedKey> ApiKeyService::disable(const Actor& actor, const ApiKeyId& id) {
    return switch_.disable({actor.tenant(), actor.user().id, actor.origin()}, id);
}

Result<SwitchedKey> ApiKeyService::enable(const Actor& actor, const ApiKeyId& id) {
    return switch_.enable({actor.tenant(), actor.user().id, actor.origin()}, id);
}

std::optional<secrets::OnceHash> ApiKeyService::hashOnce(const Actor& actor, Once once) const {
    if (!once) return std::nullopt;
    return hasher_.hashOnce(actor.tenant().id, actor.user().id, *once);
}

}  // namespace claviger::domain
