#include "persistence/tenant/columns.h"

namespace claviger::persistence {

using domain::UserStatus;

Text textOf(UserStatus status) {
    switch (status) {
        case UserStatus::kPending:
            return {"pending"};
        case UserStatus::kApproved:
            return {"approved"};
        case UserStatus::kSuspended:
            return {"suspended"};
    }
    throw std::logic_error("an unknown user status");
}

UserStatus statusAt(const Row& row, std::size_t column) {
    const auto& text = row.text(column);
    for (const auto status : {UserStatus::kPending, UserStatus::kApproved, UserStatus::kSuspended})
        if (textOf(status).value == text) return status;
    throw std::logic_error("an unknown user status is stored");
}

domain::User userAt(const Row& row, std::size_t first) {
    return {idAt<domain::UserId>(row, first), stored(domain::Email::parse(row.text(first + 1))), row.text(first + 2),
            statusAt(row, first + 3), row.timestamp(first + 4)};
}

}  // namespace claviger::persistence
