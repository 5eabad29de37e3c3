#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/secrets/password_hasher.h"
#include "domain/secrets/password_seal.h"
#include "domain/sign_in/throttle.h"
#include "domain/stores/tenant_stores.h"
#include "domain/tenants/tenant_service.h"
#include "domain/users/user.h"

namespace claviger::domain {

struct NewUser {
    Email email;
    std::string name;
    UserStatus status;
};

struct CreatedUser {
    User user;
    Created created;
};

// What became of a user, and of the sessions that ended with it.
struct ChangedUser {
    User user;
    bool changed;               // false: it was so before
    std::size_t endedSessions;  // that were open: neither ended nor past their absolute limit
};

// The people of a tenant, for operators; each change comes with its audit record, in one transaction.
// Thread-safe: holds no mutable state.
//
// suspend, setPassword and signOut end all sessions by that one transaction. For workers of the release before, which
// compare no epoch, the rows of further open sessions end after it, kEndedAtOnce to a transaction. If that throws, the
// sessions are dead for workers of this release; the same call again ends the rest.
class UserService {
public:
    static constexpr std::size_t kEndedAtOnce = 1000;

    // The references must outlive this. `origin` is what the audit says of the operator.
    UserService(TenantStores&, const secrets::PasswordHasher&, const Throttle&, const Clock&, RequestOrigin origin);

    // What needs the pepper, fetched when it is needed. setPassword and unlock throw what `throttle` throws, create and
    // setPassword what `seal` throws, and have changed nothing then.
    struct WithPepper {
        std::function<const Throttle&()> throttle;                   // a lock-out is to be ended
        std::function<std::optional<secrets::PasswordSeal>()> seal;  // a password is to be stored; nothing: unsealed
    };
    UserService(TenantStores&, const secrets::PasswordHasher&, WithPepper, const Clock&, RequestOrigin origin);

    // Creates a user. Run again with the same e-mail and name it is already so, and the password stays.
    //   kUserTaken        the e-mail exists under another name; nothing changed
    //   kInvalidArgument  there is no such user yet, and the password is easy to guess; nothing changed
    Result<CreatedUser> create(const Tenant&, const NewUser&, const secrets::Password&);

    std::vector<User> list(const Tenant&) const;  // by e-mail

    // Lets the user sign in; already so is ok. It ends a suspension as well.
    //   kUserNotFound
    Result<ChangedUser> approve(const Tenant&, const Email&);

    // Ends the user's sessions and, until approved again, refuses them and their keys; already so is ok. From the
    // moment this returns nothing of theirs is accepted. The keys live on and work again after approve. Their known
    // devices are forgotten.
    //   kUserNotFound
    Result<ChangedUser> suspend(const Tenant&, const Email&);

    // Replaces the password, ends the user's sessions and a lock-out, and forgets their known devices. The status
    // stays.
    //   kUserNotFound
    //   kInvalidArgument  the password is easy to guess; nothing changed
    Result<ChangedUser> setPassword(const Tenant&, const Email&, const secrets::Password&);

    // Ends the user's sessions; without an open one it is already so.
    //   kUserNotFound
    Result<ChangedUser> signOut(const Tenant&, const Email&);

    // Ends a lock-out: no earlier attempt to sign in to the account counts any more, from known devices neither.
    // Without any it is already so. The budgets of addresses stay.
    //   kUserNotFound
    Result<ChangedUser> unlock(const Tenant&, const Email&);

private:
    using Change = std::function<ChangedUser(TenantStore&, const Account&)>;

    secrets::PasswordHash storedForm(const std::optional<secrets::PasswordSeal>&, const Tenant&, const UserId&,
                                     const secrets::PasswordHash&) const;
    std::size_t endLockOut(TenantStore&, const Tenant&, const User&) const;
    Result<CreatedUser> foundBefore(const Tenant&, const NewUser&) const;
    Result<ChangedUser> change(const Tenant&, const Email&, const Change&, AuditAction);
    Settling<Result<ChangedUser>> changeSettling(const Tenant&, const Email&, const Change&, AuditAction);
    Result<ChangedUser> endSessions(const Tenant&, const Email&, const Change&, AuditAction);

    TenantStores& stores_;
    const secrets::PasswordHasher& hasher_;
    WithPepper pepper_;
    const Clock& clock_;
    RequestOrigin origin_;
};

}  // namespace claviger::domain
