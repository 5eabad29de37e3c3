#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/model/user.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/password_hasher.h"
#include "domain/secrets/password_seal.h"
#include "domain/sign_in/throttle.h"
#include "domain/tenants/tenant_service.h"

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

// The result of a change: the user as it is now, and the number of ended sessions.
struct ChangedUser {
    User user;
    bool changed;               // false: there was nothing to change
    std::size_t endedSessions;  // that were open: neither ended nor past their absolute limit
};

// The people of a tenant, for operators. Each change and its audit record are one transaction. Every method throws
// StorageUnavailable, and those that change a user also OutcomeUnknown. They block until every host acts on the change.
// Thread-safe: holds no mutable state.
//
// suspend, setPassword and signOut end all sessions by that one transaction. Workers of the release before compare no
// epoch. For them the rows of further open sessions end after it, kEndedAtOnce to a transaction. If that throws,
// workers of this release refuse the sessions already, and the same call again ends the rest.
class UserService {
public:
    static constexpr std::size_t kEndedAtOnce = 1000;

    // The references must outlive this. `origin` identifies the operator in the audit.
    UserService(TenantStores&, const secrets::PasswordHasher&, const Throttle&, const Clock&, RequestOrigin origin);

    // Gives the objects that need the pepper, at the time that they are needed. setPassword and unlock throw what
    // `throttle` throws. create and setPassword throw what `seal` throws. They have changed nothing then.
    struct WithPepper {
        std::function<const Throttle&()> throttle;  // called to end a lock-out
        // Called before a password is stored. If it returns nullopt, the password is stored unsealed, and this is
        // called once more before the transaction ends.
        std::function<std::optional<secrets::PasswordSeal>()> seal;
    };
    UserService(TenantStores&, const secrets::PasswordHasher&, WithPepper, const Clock&, RequestOrigin origin);

    // Creates a user. If the e-mail exists with the same name, returns that user with Created::kBefore, and the stored
    // password stays.
    //   kUserTaken        the e-mail exists under another name; nothing changed
    //   kInvalidArgument  there is no such user yet, and the password is easy to guess; nothing changed
    Result<CreatedUser> create(const Tenant&, const NewUser&, const secrets::Password&);

    std::vector<User> list(const Tenant&) const;  // by e-mail

    // Approves a pending or suspended user. A user who is approved already is ok.
    //   kUserNotFound
    Result<ChangedUser> approve(const Tenant&, const Email&);

    // Suspends the user and ends the user's sessions. When this returns, every host refuses the user's sign-ins,
    // sessions and keys, until the user is approved again. The keys stay active, and work again after approve. Deletes
    // the user's known devices. A user who is suspended already is ok.
    //   kUserNotFound
    Result<ChangedUser> suspend(const Tenant&, const Email&);

    // Replaces the password, ends the user's sessions and a lock-out, and deletes the user's known devices. The status
    // stays.
    //   kUserNotFound
    //   kInvalidArgument  the password is easy to guess; nothing changed
    Result<ChangedUser> setPassword(const Tenant&, const Email&, const secrets::Password&);

    // Ends the user's sessions. `changed` is false if none was open.
    //   kUserNotFound
    Result<ChangedUser> signOut(const Tenant&, const Email&);

    // Ends a lock-out: no earlier sign-in attempt for the account counts any more, including those of known devices.
    // The budgets of addresses stay. `changed` is false if none counted before (Throttle::unlock).
    //   kUserNotFound
    Result<ChangedUser> unlock(const Tenant&, const Email&);

private:
    using Change = std::function<ChangedUser(TenantStore&, const Account&)>;

    secrets::PasswordHash storedForm(const std::optional<secrets::PasswordSeal>&, const Tenant&, const UserId&,
                                     const secrets::PasswordHash&) const;
    void sealIfTurnedOn(TenantStore&, const Tenant&, const UserId&, const secrets::PasswordHash&) const;
    bool endLockOut(TenantStore&, const Tenant&, const User&) const;
    Result<CreatedUser> foundBefore(const Tenant&, const NewUser&) const;
    Result<ChangedUser> change(const Tenant&, const Email&, const Change&, AuditAction);
    Delayed<Result<ChangedUser>> changeRevocation(const Tenant&, const Email&, const Change&, AuditAction);
    Result<ChangedUser> endSessions(const Tenant&, const Email&, const Change&, AuditAction);

    TenantStores& stores_;
    const secrets::PasswordHasher& hasher_;
    WithPepper pepper_;
    const Clock& clock_;
    RequestOrigin origin_;
};

}  // namespace claviger::domain
