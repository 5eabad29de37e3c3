#include "domain/keys/operator_key_service.h"

#include <algorithm>
#include <thread>

namespace claviger::domain {
namespace {

Error noSuchKey(const ApiKeyId& id) {
    return {ErrorCode::kKeyNotFound, "the tenant has no active key " + id.text()};
}

// Blocks until every host acts on the change: the tool may block its thread.
template <class Change>
Result<Change> waitedFor(Result<Change> change) {
    if (change.ok()) std::this_thread::sleep_until(change.value().effectiveAt);
    return change;
}

// Rewords a refusal of KeyIssuer for an operator, who is not the user.
template <class T>
Result<T> forOperator(Result<T> result, const std::string& user) {
    if (result.ok()) return result;
    switch (result.error().code) {
        case ErrorCode::kUnauthorized:
            return Error{ErrorCode::kUserNotApproved, user + " is pending or suspended, and gets no key"};
        case ErrorCode::kNameTaken:
            return Error{ErrorCode::kNameTaken, user + " has an active key with this name"};
        case ErrorCode::kExpiryInvalid:
            return Error{ErrorCode::kExpiryInvalid, "the expiry must be from 1 second to 100 years ahead"};
        case ErrorCode::kKeyLimitReached:
            return Error{ErrorCode::kKeyLimitReached, user + " has as many active keys as one may have"};
        default:
            return result;
    }
}

}  // namespace

OperatorKeyService::OperatorKeyService(TenantStores& stores, const secrets::Hasher& hasher, const Clock& clock,
                                       RequestOrigin origin)
    : stores_(stores),
      clock_(clock),
      origin_(std::move(origin)),
      issuer_(stores, hasher, clock, ChangeLimit()),
      switch_(stores, clock, ChangeLimit()) {}

Result<std::vector<KeyOwner>> OperatorKeyService::list(const Tenant& tenant, const std::optional<Email>& email) const {
    using Keys = std::vector<KeyOwner>;
    return stores_.read(tenant, [&](const TenantStore& store) -> Result<Keys> {
        if (!email) return store.apiKeys().listAllActive();
        const auto account = store.users().findByEmail(*email);
        if (!account) return Error{ErrorCode::kUserNotFound, "there is no user " + email->text()};
        auto list = store.apiKeys().listActive({account->user.id}).front();
        if (!list) return Error{ErrorCode::kUserNotFound, "there is no user " + email->text()};
        Keys owned;
        for (auto& key : list->keys) owned.push_back({std::move(key), list->user});
        return owned;
    });
}

Result<ApiKey> OperatorKeyService::find(const Tenant& tenant, const Email& email, const KeyName& name) const {
    const auto keys = list(tenant, email);
    if (!keys.ok()) return keys.error();
    for (const auto& [key, user] : keys.value())
        if (key.name == name) return key;
    return Error{ErrorCode::kKeyNotFound, email.text() + " has no active key with this name"};
}

Result<IssuedApiKey> OperatorKeyService::create(const Tenant& tenant, const Email& email, const NewApiKey& wanted) {
    const auto user = userOf(tenant, email);
    if (!user.ok()) return user.error();
    return forOperator(waitedFor(issuer_.create(holderOf(tenant, user.value().id), wanted)), email.text());
}

Result<IssuedApiKey> OperatorKeyService::regenerate(const Tenant& tenant, const ApiKeyId& id) {
    const auto stored = stores_.read(tenant, [&](const TenantStore& store) { return store.apiKeys().find(id); });
    if (!stored || stored->deletedAt) return noSuchKey(id);
    auto made = waitedFor(issuer_.regenerate(holderOf(tenant, stored->key.user), id));
    if (!made.ok() && made.error().code == ErrorCode::kKeyNotFound) return noSuchKey(id);
    return forOperator(std::move(made), "the key's user");
}

Result<RevokedKey> OperatorKeyService::revoke(const Tenant& tenant, const ApiKeyId& id) {
    return stores_.transact<RevokedKey>(tenant, [&](TenantStore& store) -> Result<RevokedKey> {
        const auto stored = store.apiKeys().find(id);
        if (!stored) return Error{ErrorCode::kKeyNotFound, "the tenant never had a key " + id.text()};
        const auto now = clock_.now();
        const auto active = store.apiKeys().lock(stored->key.user, id).active;
        if (active) {
            store.apiKeys().end(id, *active, now);
            store.audit().add({now, AuditAction::kKeyRevoked, stored->key.user, id, origin_});
        } else {
            store.apiKeys().endAgain(stored->key.id);
        }
        return RevokedKey{stored->key, active.has_value()};
    });
}

Result<SwitchedKey> OperatorKeyService::disable(const Tenant& tenant, const ApiKeyId& id) {
    return change(tenant, id, &KeySwitch::disable);
}

Result<SwitchedKey> OperatorKeyService::enable(const Tenant& tenant, const ApiKeyId& id) {
    return change(tenant, id, &KeySwitch::enable);
}

Result<SwitchedKey> OperatorKeyService::change(const Tenant& tenant, const ApiKeyId& id, Switching switching) {
    const auto stored = stores_.read(tenant, [&](const TenantStore& store) { return store.apiKeys().find(id); });
    if (!stored || stored->deletedAt) return noSuchKey(id);
    auto changed = waitedFor((switch_.*switching)(holderOf(tenant, stored->key.user), id));
    if (!changed.ok() && changed.error().code == ErrorCode::kKeyNotFound) return noSuchKey(id);
    return changed;
}

KeyHolder OperatorKeyService::holderOf(const Tenant& tenant, const UserId& user) const {
    return {tenant, user, origin_, KeyParty::kOperator};
}

Result<User> OperatorKeyService::userOf(const Tenant& tenant, const Email& email) const {
    const auto account =
        stores_.read(tenant, [&](const TenantStore& store) { return store.users().findByEmail(email); });
    if (!account) return Error{ErrorCode::kUserNotFound, "there is no user " + email.text()};
    return account->user;
}

}  // namespace claviger::domain
