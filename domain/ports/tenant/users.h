#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/base/result.h"
#include "domain/model/user.h"

namespace claviger::domain {

// The people of one tenant, within one unit of work (tenant_store.h).
class Users {
public:
    virtual ~Users() = default;
    virtual std::optional<Account> findByEmail(const Email&) const = 0;  // of any status; nullopt if there is none
    virtual std::vector<User> list() const = 0;                          // by e-mail

    // What checks of the users' stored passwords need.
    struct PasswordKinds {
        std::vector<secrets::PasswordCost> costs;  // each once, in no order; broken forms are left out
        std::map<int, std::size_t> peppers;        // as countPasswordsByPepper() returns
    };
    virtual PasswordKinds passwordKinds() const = 0;  // reads every user's row

    //   kUserTaken  the e-mail exists; nothing changed
    virtual Result<void> add(const Account&) = 0;
    virtual void setStatus(const UserId&, UserStatus) = 0;
    virtual void setPassword(const UserId&, const secrets::PasswordHash&) = 0;

    struct StoredPassword {
        UserId user;
        secrets::PasswordHash hash;
    };

    // Returns stored passwords that are not sealed with that pepper, in the order of their users' ids: those after
    // `after` (nullopt: from the first), at most `most`. Waits for transactions that are storing one of them, so that
    // none is missed that was written before this call.
    virtual std::vector<StoredPassword> passwordsNotSealedWith(int pepperVersion, const std::optional<UserId>& after,
                                                               std::size_t most) const = 0;

    // Replaces a stored password by another form of the same password. Returns false if the stored form is a different
    // one by now; that one stays.
    virtual bool replacePassword(const StoredPassword&, const secrets::PasswordHash& to) = 0;

    // Returns the number of stored passwords that are sealed with each pepper. Version 0 counts the unsealed ones.
    virtual std::map<int, std::size_t> countPasswordsByPepper() const = 0;

    // Locks the user's row, and returns true if the user is approved. Until the end of the transaction no other one can
    // lock or change the user. So the changes of one user's keys are serialised. For transactions only.
    virtual bool lockApproved(const UserId&) = 0;
};

}  // namespace claviger::domain
