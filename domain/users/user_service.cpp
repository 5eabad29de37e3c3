#include "domain/users/user_service.h"

namespace claviger::domain {

UserService::UserService(TenantStores& stores, const secrets::PasswordHasher& hasher, const Clock& clock)
    : stores_(stores), hasher_(hasher), clock_(clock) {}

Result<CreatedUser> UserService::create(const Tenant& tenant, const NewUser& wanted,
                                        const secrets::Password& password) {
    const auto now = clock_.now();
    const Account account{{UserId::make(now), wanted.email, wanted.name, wanted.status, now}, hasher_.hash(password)};

    auto added = stores_.transact<void>(tenant, [&](TenantStore& store) { return store.users().add(account); });
    if (added.ok()) return CreatedUser{account.user, Created::kNow};
    if (added.error().code != ErrorCode::kUserTaken) return added.error();

    const auto before =
        stores_.read(tenant, [&](const TenantStore& store) { return store.users().findByEmail(wanted.email); });
    if (!before) return added.error();
    if (before->user.name != wanted.name)
        return Error{ErrorCode::kUserTaken,
                     wanted.email.text() + " exists with the name \"" + before->user.name + "\""};
    return CreatedUser{before->user, Created::kBefore};
}

std::vector<User> UserService::list(const Tenant& tenant) const {
    return stores_.read(tenant, [](const TenantStore& store) { return store.users().list(); });
}

Result<User> UserService::approve(const Tenant& tenant, const Email& email) {
    return stores_.transact<User>(tenant, [&](TenantStore& store) -> Result<User> {
        auto account = store.users().findByEmail(email);
        if (!account) return Error{ErrorCode::kUserNotFound, "there is no user " + email.text()};
        account->user.status = UserStatus::kApproved;
        store.users().setStatus(account->user.id, UserStatus::kApproved);
        return account->user;
    });
}

}  // namespace claviger::domain
