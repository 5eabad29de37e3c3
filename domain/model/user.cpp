#include "domain/model/user.h"

#include <stdexcept>

namespace claviger::domain {

std::string_view nameOf(UserStatus status) {
    switch (status) {
        case UserStatus::kPending:
            return "pending";
        case UserStatus::kApproved:
            return "approved";
        case UserStatus::kSuspended:
            return "suspended";
    }
    throw std::logic_error("an unknown user status");
}

std::optional<UserStatus> userStatusNamed(std::string_view name) {
    for (const auto status : {UserStatus::kPending, UserStatus::kApproved, UserStatus::kSuspended})
        if (nameOf(status) == name) return status;
    return std::nullopt;
}

}  // namespace claviger::domain
