#pragma once

#include <mysql/mysql.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connections.h"

namespace claviger::tests {

// A connection made by hand with one of the accounts, past everything that persistence/ does: what a thief of
// the password would have.
class RawConnection {
public:
    using Table = std::vector<std::vector<std::optional<std::string>>>;

    // Throws std::runtime_error if it cannot be made.
    RawConnection(const domain::Settings::Database&, persistence::Account);

    // Throws std::runtime_error with the server's text if the statement is refused.
    Table run(const std::string& sql);

    // The error number of the statement, 0 if it works.
    unsigned errorOf(const std::string& sql);

    // The first column of the one row.
    std::string value(const std::string& sql);

private:
    std::unique_ptr<MYSQL, decltype(&::mysql_close)> handle_;
};

}  // namespace claviger::tests
