#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "domain/model/email.h"
#include "domain/secrets/password.h"

namespace claviger::domain {

// Only an approved user can sign in, and verify accepts only the keys of approved users.
enum class UserStatus { kPending, kApproved, kSuspended };

std::string_view nameOf(UserStatus);                          // as it is stored and shown: "approved"
std::optional<UserStatus> userStatusNamed(std::string_view);  // nullopt if no status has the name

struct User {
    UserId id;
    Email email;
    std::string name;
    UserStatus status;
    Timestamp createdAt;
};

// A user with the data for signing in. Only this type carries the password's stored form with its user.
struct Account {
    User user;
    secrets::PasswordHash passwordHash;
};

}  // namespace claviger::domain
