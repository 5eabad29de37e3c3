#include "persistence/tenant/columns.h"

namespace claviger::persistence {

using domain::UserStatus;

Text textOf(UserStatus status) {
    return {std::string(domain::nameOf(status))};
}

UserStatus statusAt(const Row& row, std::size_t column) {
    return stored(domain::userStatusNamed(row.text(column)));
}

domain::User userAt(const Row& row, std::size_t first) {
    return {idAt<domain::UserId>(row, first), stored(domain::Email::parse(row.text(first + 1))), row.text(first + 2),
            statusAt(row, first + 3), row.timestamp(first + 4)};
}

}  // namespace claviger::persistence
