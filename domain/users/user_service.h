#pragma once

#include <string>
#include <vector>

#include "domain/secrets/password_hasher.h"
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

// The people of a tenant, for operators. Thread-safe: holds no mutable state.
class UserService {
public:
    UserService(TenantStores&, const secrets::PasswordHasher&, const Clock&);  // references must outlive this

    // Creates a user. Run again with the same e-mail and name it is already so, and the password stays.
    //   kUserTaken  the e-mail exists under another name; nothing changed
    Result<CreatedUser> create(const Tenant&, const NewUser&, const secrets::Password&);

    std::vector<User> list(const Tenant&) const;  // by e-mail

    // Lets the user sign in; already so is ok. It ends a suspension as well.
    //   kUserNotFound
    Result<User> approve(const Tenant&, const Email&);

private:
    TenantStores& stores_;
    const secrets::PasswordHasher& hasher_;
    const Clock& clock_;
};

}  // namespace claviger::domain
