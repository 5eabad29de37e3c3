#include "persistence/connection/connection.h"

#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/MySQL/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <mysql/mysql.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace claviger::persistence {
namespace {

// A lock is waited for less long than an answer: the server gives up before the client does, and says so.
constexpr Sql kSetSession =
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
    "innodb_lock_wait_timeout = ?, lock_wait_timeout = ?";
constexpr Sql kSetIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
constexpr Sql kSetRole = "SET ROLE {role}";

constexpr unsigned kLongestLockWait = 10;

// Only what Poco insists on: the login itself goes past it (driver_connect.h).
constexpr auto kPocoLogin = "host=localhost;port=3306;user=login";

Poco::Data::Session open(const Login& login) {
    static std::once_flag registered;
    std::call_once(registered, [] { Poco::Data::MySQL::Connector::registerConnector(); });

    DriverConnect connect(login);
    try {
        Poco::Data::Session session(Poco::Data::MySQL::Connector::KEY, kPocoLogin, login.connectSeconds);
        if (!connect.wasUsed()) throw std::logic_error("the driver was reached past mysql_real_connect");
        return session;
    } catch (const Poco::Exception&) {  // its text is Poco's; the driver's is better
        const auto& failure = connect.failure();
        throw domain::StorageUnavailable(failure ? "no connection to the database: error " +
                                                       std::to_string(failure->number) + ": " + failure->text
                                                 : "no connection to the database");
    }
}

Rows::Table readAll(MYSQL_RES* result) {
    Rows::Table table;
    const auto columns = ::mysql_num_fields(result);
    table.reserve(::mysql_num_rows(result));
    while (const auto row = ::mysql_fetch_row(result)) {
        const auto* lengths = ::mysql_fetch_lengths(result);
        auto& cells = table.emplace_back();
        cells.reserve(columns);
        for (unsigned i = 0; i < columns; ++i)
            cells.push_back(row[i] == nullptr ? Row::Column() : Row::Column(std::string(row[i], lengths[i])));
    }
    return table;
}

}  // namespace

struct Connection::Driver {
    explicit Driver(const Login& login) : session(open(login)), handle(Poco::Data::MySQL::Utility::handle(session)) {}

    Poco::Data::Session session;
    MYSQL* handle;
};

Connection::Connection(const Login& login) : driver_(std::make_unique<Driver>(login)) {
    setSession(login.answerSeconds);
}

Connection::~Connection() = default;

void Connection::setSession(unsigned answerSeconds) {
    const std::int64_t lockWait = std::clamp(answerSeconds - 1, 1U, kLongestLockWait);
    execute(kSetSession, {lockWait, lockWait});
    execute(kSetIsolation);
}

Rows Connection::query(Sql statement, const Values& values, const Names& names) {
    const auto carried = values.empty() ? Carried::kNoValues : Carried::kValues;
    send(compose(statement, values, names), carried);
    const std::unique_ptr<MYSQL_RES, decltype(&::mysql_free_result)> result(::mysql_store_result(driver_->handle),
                                                                            &::mysql_free_result);
    if (result) return Rows(readAll(result.get()));
    if (::mysql_errno(driver_->handle) != 0) fail(carried);
    throw std::logic_error("a query without rows");
}

std::uint64_t Connection::execute(Sql statement, const Values& values, const Names& names) {
    return affected(compose(statement, values, names), values.empty() ? Carried::kNoValues : Carried::kValues);
}

std::uint64_t Connection::executeOnPairs(Sql statement, const Pairs& pairs, const Names& names) {
    return affected(composeOnPairs(statement, pairs, names), Carried::kValues);
}

void Connection::executeMigration(std::string_view text, const Names& names) {
    affected(composeMigration(text, names), Carried::kNoValues);
}

void Connection::takeRole(const Identifier& role) {
    if (role_ == role) return;
    execute(kSetRole, {}, {{"role", role}});
    role_ = role;
}

void Connection::send(const std::string& sql, Carried carried) {
    if (!alive_) throw ConnectionLost("the database connection was lost before");
    if (::mysql_real_query(driver_->handle, sql.data(), sql.size()) != 0) fail(carried);
}

void Connection::fail(Carried carried) {
    const ServerError error{::mysql_errno(driver_->handle), ::mysql_error(driver_->handle)};
    if (endsConnection(error.number)) alive_ = false;
    raise(error, carried);
}

std::uint64_t Connection::affected(const std::string& sql, Carried carried) {
    send(sql, carried);
    if (::mysql_field_count(driver_->handle) != 0) {
        abandon();  // the unread rows would be taken for the next statement's
        throw std::logic_error("rows where none are read");
    }
    return ::mysql_affected_rows(driver_->handle);
}

}  // namespace claviger::persistence
