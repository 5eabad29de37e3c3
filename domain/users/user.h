#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "domain/secrets/password.h"
#include "domain/users/email.h"

namespace claviger::domain {

// Only an approved user signs in, and only an approved user's keys are alive.
enum class UserStatus { kPending, kApproved, kSuspended };

std::string_view nameOf(UserStatus);                          // as it is stored and shown: "approved"
std::optional<UserStatus> userStatusNamed(std::string_view);  // nothing if no status has the name

struct User {
    UserId id;
    Email email;
    std::string name;
    UserStatus status;
    Timestamp createdAt;
};

// What signing in needs beside the user: the only place where the password's stored form travels.
struct Account {
    User user;
    secrets::PasswordHash passwordHash;
};

}  // namespace claviger::domain
