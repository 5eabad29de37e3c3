#include "tests/support/raw_connection.h"

#include <stdexcept>

namespace claviger::tests {
namespace {

using Result = std::unique_ptr<MYSQL_RES, decltype(&::mysql_free_result)>;

RawConnection::Table readAll(MYSQL_RES* result) {
    RawConnection::Table table;
    while (const auto row = ::mysql_fetch_row(result)) {
        const auto* lengths = ::mysql_fetch_lengths(result);
        auto& cells = table.emplace_back();
        for (unsigned i = 0; i < ::mysql_num_fields(result); ++i) {
            if (row[i] == nullptr)
                cells.emplace_back();
            else
                cells.emplace_back(std::string(row[i], lengths[i]));
        }
    }
    return table;
}

}  // namespace

RawConnection::RawConnection(const domain::Settings::Database& settings, persistence::Account account)
    : handle_(::mysql_init(nullptr), &::mysql_close) {
    const bool worker = account == persistence::Account::kWorker;
    const auto password =
        domain::readSecretFile(worker ? settings.workerPasswordFile : settings.toolPasswordFile, "password");
    const auto& user = worker ? settings.workerUser : settings.toolUser;
    const auto socket = settings.socket.string();
    const auto host = settings.hosts.empty() ? "" : settings.hosts.front().host;
    ::mysql_options(handle_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (::mysql_real_connect(handle_.get(), host.c_str(), user.c_str(), password.c_str(), nullptr, settings.port,
                             socket.empty() ? nullptr : socket.c_str(), 0) == nullptr)
        throw std::runtime_error(::mysql_error(handle_.get()));
    // The statements of a test must work under any settings of the server.
    run("SET SESSION autocommit = 1, completion_type = 'NO_CHAIN', sql_mode = 'STRICT_ALL_TABLES', "
        "sql_safe_updates = 0, sql_select_limit = 1000000, sql_big_selects = 1, wait_timeout = 600 "
        "/*M!100000 , max_statement_time = 0, idle_transaction_timeout = 0, idle_write_transaction_timeout = 0 */");
    run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE");
}

RawConnection::Table RawConnection::run(const std::string& sql) {
    if (::mysql_real_query(handle_.get(), sql.data(), sql.size()) != 0)
        throw std::runtime_error(::mysql_error(handle_.get()));
    const Result result(::mysql_store_result(handle_.get()), &::mysql_free_result);
    return result ? readAll(result.get()) : Table();
}

unsigned RawConnection::errorOf(const std::string& sql) {
    if (::mysql_real_query(handle_.get(), sql.data(), sql.size()) != 0) return ::mysql_errno(handle_.get());
    const Result result(::mysql_store_result(handle_.get()), &::mysql_free_result);
    return 0;
}

std::string RawConnection::value(const std::string& sql) {
    return run(sql).at(0).at(0).value();
}

}  // namespace claviger::tests
