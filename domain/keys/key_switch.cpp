#include "domain/keys/key_switch.h"

namespace claviger::domain {

using NextState = Result<std::optional<KeyDisabling>>;

KeySwitch::KeySwitch(TenantStores& stores, const Clock& clock, const ChangeLimit& limit)
    : stores_(stores), clock_(clock), limit_(limit) {}

Result<SwitchedKey> KeySwitch::disable(const KeyHolder& holder, const ApiKeyId& id) {
    const auto now = clock_.now();
    return change(holder, id, now, AuditAction::kKeyDisabled,
                  [&](TenantStore& store, const LockedKey& locked) -> NextState {
                      const auto& old = locked.active->disabled;
                      if (!old) return std::optional(KeyDisabling{now, holder.by});
                      if (auto charged = charge(holder, store, locked, now); !charged.ok()) return charged.error();
                      const bool isTakenOver = holder.by == KeyParty::kOperator;
                      return std::optional(KeyDisabling{old->at, isTakenOver ? KeyParty::kOperator : old->by});
                  });
}

Result<SwitchedKey> KeySwitch::enable(const KeyHolder& holder, const ApiKeyId& id) {
    const auto now = clock_.now();
    return change(holder, id, now, AuditAction::kKeyEnabled,
                  [&](TenantStore& store, const LockedKey& locked) -> NextState {
                      if (isLocked(*locked.active, holder.by)) return ErrorCode::kKeyLocked;
                      if (auto charged = charge(holder, store, locked, now); !charged.ok()) return charged.error();
                      return std::optional<KeyDisabling>();
                  });
}

// Also where the key is so already: each switch invalidates the cached keys of other tenants in the same shard.
Result<void> KeySwitch::charge(const KeyHolder& holder, TenantStore& store, const LockedKey& locked,
                               Timestamp now) const {
    return chargeChange(limit_, store, holder.user, locked.changesWholeAt, now);
}

Result<SwitchedKey> KeySwitch::change(const KeyHolder& holder, const ApiKeyId& id, Timestamp now, AuditAction action,
                                      const Decide& decide) {
    auto [switched, effectiveAt] =
        stores_.transactRevocation<SwitchedKey>(holder.tenant, [&](TenantStore& store) -> Result<SwitchedKey> {
            const auto locked = store.apiKeys().lock(holder.user, id);
            if (!locked.userIsApproved && holder.by == KeyParty::kOwner) return ErrorCode::kUnauthorized;
            if (!locked.active) return ErrorCode::kKeyNotFound;
            auto next = decide(store, locked);
            if (!next.ok()) return next.error();

            auto key = store.apiKeys().find(id)->key;
            const bool changed = key.disabled != next.value();
            key.disabled = next.value();
            store.apiKeys().setDisabled(id, key.disabled);
            if (changed) store.audit().add({now, action, holder.user, id, holder.origin});
            return SwitchedKey{std::move(key), changed, kEffectiveNow};
        });
    if (switched.ok()) switched.value().effectiveAt = effectiveAt;
    return std::move(switched);
}

}  // namespace claviger::domain
