#pragma once

#include <mysql/mysql.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connections.h"

namespace claviger::tests {

// A plain database connection with one of the accounts. It bypasses everything that persistence/ does, as a thief of
// the password would. For one thread.
class RawConnection {
public:
    using Table = std::vector<std::vector<std::optional<std::string>>>;

    // Throws std::runtime_error if the connection fails.
    RawConnection(const domain::Settings::Database&, persistence::Account);

    // Runs one statement and returns its rows. Throws std::runtime_error with the server's text if it fails.
    Table run(const std::string& sql);

    // Runs one statement and returns its error number, 0 on success.
    unsigned errorOf(const std::string& sql);

    // Returns the first column of the first row. Throws if there is no row, or NULL in it.
    std::string value(const std::string& sql);

private:
    std::unique_ptr<MYSQL, decltype(&::mysql_close)> handle_;
};

}  // namespace claviger::tests
