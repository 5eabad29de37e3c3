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

domain::ApiKey keyAt(const Row& row, std::size_t first) {
    return {idAt<domain::ApiKeyId>(row, first),
            idAt<domain::UserId>(row, first + 1),
            stored(domain::KeyName::parse(row.text(first + 2))),
            idAt<domain::LineageId>(row, first + 3),
            static_cast<int>(row.integer(first + 4)),
            row.text(first + 5),
            row.timestamp(first + 6),
            row.maybeTimestamp(first + 7),
            {row.text(first + 8), row.text(first + 9)},
            row.integer(first + 10)};
}

}  // namespace claviger::persistence
