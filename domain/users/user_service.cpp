#include "domain/users/user_service.h"

#include <algorithm>

namespace claviger::domain {

UserService::UserService(TenantStores& stores, const secrets::PasswordHasher& hasher, const Throttle& throttle,
                         const Clock& clock, RequestOrigin origin)
    : UserService(stores, hasher, {[&throttle]() -> const Throttle& { return throttle; }, [] { return std::nullopt; }},
                  clock, std::move(origin)) {}

UserService::UserService(TenantStores& stores, const secrets::PasswordHasher& hasher, WithPepper pepper,
                         const Clock& clock, RequestOrigin origin)
    : stores_(stores), hasher_(hasher), pepper_(std::move(pepper)), clock_(clock), origin_(std::move(origin)) {}

secrets::PasswordHash UserService::storedForm(const std::optional<secrets::PasswordSeal>& seal, const Tenant& tenant,
                                              const UserId& user, const secrets::PasswordHash& hash) const {
    return seal ? seal->seal(tenant.id, user, hash) : hash;
}

// Seals a password that this transaction has stored unsealed, if sealing was turned on in the meantime. The order
// closes every gap: the row is written before the state is read. `pepper seal` turns sealing on before it reads the
// rows, and waits for rows that are being written. So either it finds this row, or this call finds sealing on.
void UserService::sealIfTurnedOn(TenantStore& store, const Tenant& tenant, const UserId& user,
                                 const secrets::PasswordHash& stored) const {
    if (stored.sealedWith()) return;
    if (const auto seal = pepper_.seal()) store.users().setPassword(user, seal->seal(tenant.id, user, stored));
}

Result<CreatedUser> UserService::create(const Tenant& tenant, const NewUser& wanted,
                                        const secrets::Password& password) {
    if (auto hard = password.mustBeHardToGuess(wanted.email.text()); !hard.ok()) {
        auto before = foundBefore(tenant, wanted);  // an existing user keeps the password, so this one does not matter
        return !before.ok() && before.error().code == ErrorCode::kUserNotFound ? hard.error() : before;
    }
    const auto now = clock_.now();
    const auto id = UserId::make(now);
    const Account account{{id, wanted.email, wanted.name, wanted.status, now},
                          storedForm(pepper_.seal(), tenant, id, hasher_.hash(password))};

    auto added = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        if (auto stored = store.users().add(account); !stored.ok()) return stored;
        sealIfTurnedOn(store, tenant, id, account.passwordHash);
        store.audit().add({now, AuditAction::kUserCreated, account.user.id, {}, origin_});
        return {};
    });
    if (added.ok()) return CreatedUser{account.user, Created::kNow};
    return added.error().code == ErrorCode::kUserTaken ? foundBefore(tenant, wanted) : added.error();
}

Result<CreatedUser> UserService::foundBefore(const Tenant& tenant, const NewUser& wanted) const {
    const auto before =
        stores_.read(tenant, [&](const TenantStore& store) { return store.users().findByEmail(wanted.email); });
    if (!before) return Error{ErrorCode::kUserNotFound, "there is no user " + wanted.email.text()};
    if (before->user.name != wanted.name)
        return Error{ErrorCode::kUserTaken,
                     wanted.email.text() + " exists with the name \"" + before->user.name + "\""};
    return CreatedUser{before->user, Created::kBefore};
}

std::vector<User> UserService::list(const Tenant& tenant) const {
    return stores_.read(tenant, [](const TenantStore& store) { return store.users().list(); });
}

Result<ChangedUser> UserService::approve(const Tenant& tenant, const Email& email) {
    return change(
        tenant, email,
        [](TenantStore& store, const Account& account) {
            ChangedUser changed{account.user, account.user.status != UserStatus::kApproved, 0};
            changed.user.status = UserStatus::kApproved;
            if (changed.changed) store.users().setStatus(changed.user.id, UserStatus::kApproved);
            return changed;
        },
        AuditAction::kUserApproved);
}

Result<ChangedUser> UserService::suspend(const Tenant& tenant, const Email& email) {
    return endSessions(
        tenant, email,
        [this](TenantStore& store, const Account& account) {
            ChangedUser changed{account.user, account.user.status != UserStatus::kSuspended, 0};
            changed.user.status = UserStatus::kSuspended;
            // Also if it is suspended already: the process that set it may have died before every host acted on it.
            store.users().setStatus(changed.user.id, UserStatus::kSuspended);
            changed.endedSessions = store.sessions().endAllOf(changed.user.id, clock_.now());
            store.knownDevices().removeAllOf(changed.user.id);
            return changed;
        },
        AuditAction::kUserSuspended);
}

Result<ChangedUser> UserService::setPassword(const Tenant& tenant, const Email& email,
                                             const secrets::Password& password) {
    if (auto hard = password.mustBeHardToGuess(email.text()); !hard.ok()) return hard.error();
    const auto seal = pepper_.seal();
    const auto hash = hasher_.hash(password);
    return endSessions(
        tenant, email,
        [&](TenantStore& store, const Account& account) {
            const auto form = storedForm(seal, tenant, account.user.id, hash);
            store.users().setPassword(account.user.id, form);
            sealIfTurnedOn(store, tenant, account.user.id, form);
            (void)endLockOut(store, tenant, account.user);
            store.knownDevices().removeAllOf(account.user.id);
            return ChangedUser{account.user, true, store.sessions().endAllOf(account.user.id, clock_.now())};
        },
        AuditAction::kPasswordSet);
}

Result<ChangedUser> UserService::signOut(const Tenant& tenant, const Email& email) {
    return endSessions(
        tenant, email,
        [this](TenantStore& store, const Account& account) {
            const auto ended = store.sessions().endAllOf(account.user.id, clock_.now());
            return ChangedUser{account.user, ended > 0, ended};
        },
        AuditAction::kSessionsEnded);
}

Result<ChangedUser> UserService::unlock(const Tenant& tenant, const Email& email) {
    return change(
        tenant, email,
        [&](TenantStore& store, const Account& account) {
            return ChangedUser{account.user, endLockOut(store, tenant, account.user), 0};
        },
        AuditAction::kUserUnlocked);
}

bool UserService::endLockOut(TenantStore& store, const Tenant& tenant, const User& user) const {
    return pepper_.throttle().unlock(store, tenant, user.email.text(), store.knownDevices().list(user.id),
                                     clock_.now());
}

// Waits for the other hosts once, after the last transaction.
Result<ChangedUser> UserService::endSessions(const Tenant& tenant, const Email& email, const Change& work,
                                             AuditAction action) {
    auto [changed, effectiveAt] = changeRevocation(tenant, email, work, action);
    std::size_t ended = changed.ok() && changed.value().endedSessions == kMostOpenSessions ? kEndedAtOnce : 0;
    while (ended == kEndedAtOnce) {
        const auto delayed = stores_.transactRevocation<void>(tenant, [&](TenantStore& store) -> Result<void> {
            ended = store.sessions().endOlderOf(changed.value().user.id, clock_.now(), kEndedAtOnce);
            return {};
        });
        effectiveAt = std::max(effectiveAt, delayed.effectiveAt);
    }
    std::this_thread::sleep_until(effectiveAt);
    return std::move(changed);
}

Result<ChangedUser> UserService::change(const Tenant& tenant, const Email& email, const Change& work,
                                        AuditAction action) {
    auto [changed, effectiveAt] = changeRevocation(tenant, email, work, action);
    std::this_thread::sleep_until(effectiveAt);
    return std::move(changed);
}

// Locks the user's row first, so that concurrent changes of one user are serialised.
Delayed<Result<ChangedUser>> UserService::changeRevocation(const Tenant& tenant, const Email& email, const Change& work,
                                                           AuditAction action) {
    return stores_.transactRevocation<ChangedUser>(tenant, [&](TenantStore& store) -> Result<ChangedUser> {
        const auto found = store.users().findByEmail(email);
        if (!found) return Error{ErrorCode::kUserNotFound, "there is no user " + email.text()};
        (void)store.users().lockApproved(found->user.id);
        const auto account = store.users().findByEmail(email);
        auto changed = work(store, *account);
        if (changed.changed) store.audit().add({clock_.now(), action, changed.user.id, {}, origin_});
        return changed;
    });
}

}  // namespace claviger::domain
