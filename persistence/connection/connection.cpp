#include "persistence/connection/connection.h"

#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/MySQL/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>
#include <mysql/errmsg.h>
#include <mysql/mysql.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace claviger::persistence {
namespace {

// The service's statements mean the same under every setting of the server. Names that only one of the two servers has
// stand in /*M! */ for MariaDB and in /*!80000 */ for MySQL.
//
// A statement outside a transaction commits, and COMMIT begins no new transaction. The time-out of a lock is shorter
// than that of an answer: the server gives up before the client does, and reports it. A Galera node answers a read only
// after it has applied what was committed on the other nodes before. GRANT to a name that does not exist is an error.
// Without NO_AUTO_CREATE_USER MariaDB would make an account without a password.
constexpr Sql kSetSession =
    "SET SESSION autocommit = 1, completion_type = 'NO_CHAIN', time_zone = '+00:00', sql_mode = "
    "CONCAT('STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION' /*M!100000 , ',NO_AUTO_CREATE_USER' */), "
    "innodb_lock_wait_timeout = ?, lock_wait_timeout = ? /*M!100000 , wsrep_sync_wait = 1, wsrep_dirty_reads = 0 */";
// The server refuses or cuts no statement for the amount that it reads (safe updates, limits of joins, rows and time).
// Unique indexes are checked, sorting compares whole values, tables have transactions, and an idle connection is kept.
// Error texts are English, since the name of an index is read from one.
constexpr Sql kSetLimits =
    "SET SESSION sql_safe_updates = 0, sql_select_limit = 18446744073709551615, max_join_size = 18446744073709551615, "
    "sql_big_selects = 1, sql_auto_is_null = 0, unique_checks = 1, foreign_key_checks = 1, max_sort_length = 1024, "
    "default_storage_engine = 'InnoDB', wait_timeout = 28800, net_read_timeout = 30, net_write_timeout = 60, "
    "lc_messages = 'en_US', character_set_client = 'utf8mb4', "
    "character_set_results = 'utf8mb4', collation_connection = 'utf8mb4_general_ci' "
    "/*M!100000 , max_statement_time = 0, idle_transaction_timeout = 0, idle_write_transaction_timeout = 0, "
    "idle_readonly_transaction_timeout = 0, max_session_mem_used = 9223372036854775807, alter_algorithm = 'DEFAULT' */ "
    "/*!80000 , max_execution_time = 0 */";
constexpr Sql kSetIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";
constexpr Sql kNothing = "DO 1";  // a node outside its cluster refuses it, but neither SET nor the next statement
// Three columns. Is the server MariaDB? Is it a Galera node? Half of a connection's equal share of prepared statements.
constexpr Sql kWhatServer =
    "SELECT 0 /*M!100000 + 1 */, 0 /*M!100000 + @@wsrep_on */, @@max_prepared_stmt_count DIV (2 * @@max_connections)";
constexpr Sql kSetRole = "SET ROLE {role}";
constexpr Sql kBegin = "START TRANSACTION";
constexpr Sql kCommit = "COMMIT";
constexpr Sql kRollBack = "ROLLBACK";
constexpr Sql kInTransaction = "SELECT @@in_transaction";  // MariaDB's
constexpr std::string_view kBlock = "BEGIN NOT ATOMIC ";   // MariaDB's
constexpr std::string_view kBlockEnd = "END;";

constexpr unsigned kLongestLockWait = 10;
constexpr std::int64_t kMostPrepared = 32;  // of 32 KiB each at the server: 1 MiB per connection

constexpr unsigned kTooManyConnections = 1040;
constexpr unsigned kDeadlock = 1213;
constexpr unsigned kNoMorePrepared = 1461;

// The server has refused to prepare one more statement. Other processes use up the limit, so no connection of this
// process tries again.
std::atomic<bool> preparesNoMore = false;

// The minimum that Poco requires. The login itself bypasses Poco (driver_connect.h).
constexpr auto kPocoLogin = "host=localhost;port=3306;user=login";

// No failover on error 1040 (the server is full) or on a refused certificate. The server is up, and a second writer
// would diverge.
bool mayBeElsewhere(unsigned number) {
    return endsConnection(number) && number != kTooManyConnections && number != CR_SSL_CONNECTION_ERROR;
}

std::string describe(const ServerError& failure, const Login& login) {
    const auto text = "no connection to the database: error " + std::to_string(failure.number) + ": " + failure.text;
    const bool untrusted = login.tls && failure.number == CR_SSL_CONNECTION_ERROR;
    const auto advice = untrusted ? tlsAdvice(failure.text, login.host, *login.tls) : std::string();
    return advice.empty() ? text : text + "; " + advice;
}

Poco::Data::Session open(const Login& login) {
    static std::once_flag registered;
    std::call_once(registered, [] { Poco::Data::MySQL::Connector::registerConnector(); });

    DriverConnect connect(login);
    try {
        Poco::Data::Session session(Poco::Data::MySQL::Connector::KEY, kPocoLogin, login.connectSeconds);
        if (!connect.wasUsed()) throw std::logic_error("the driver was reached past mysql_real_connect");
        return session;
    } catch (const Poco::Exception&) {  // the driver's error text is better than Poco's
        const auto& failure = connect.failure();
        if (!failure) throw domain::StorageUnavailable("no connection to the database");
        const auto text = describe(*failure, login);
        if (mayBeElsewhere(failure->number)) throw ConnectionLost(text);
        throw domain::StorageUnavailable(text);
    }
}

Carried carriedBy(const Values& values) {
    return values.empty() ? Carried::kNoValues : Carried::kValues;
}

bool isList(const Value& value) {
    return std::holds_alternative<ListOfBytes>(value);
}

std::vector<Row::Column> cellsOf(MYSQL_RES* result, MYSQL_ROW row) {
    const auto columns = ::mysql_num_fields(result);
    const auto* lengths = ::mysql_fetch_lengths(result);
    std::vector<Row::Column> cells;
    cells.reserve(columns);
    for (unsigned i = 0; i < columns; ++i)
        cells.push_back(row[i] == nullptr ? Row::Column() : Row::Column(std::string(row[i], lengths[i])));
    return cells;
}

Rows::Table readAll(MYSQL_RES* result) {
    Rows::Table table;
    table.reserve(::mysql_num_rows(result));
    while (const auto row = ::mysql_fetch_row(result)) table.push_back(cellsOf(result, row));
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
    executeLater(kSetSession, {lockWait, lockWait});
    executeLater(kSetLimits);
    executeLater(kSetIsolation);
    executeLater(kNothing);
    const auto server = query(kWhatServer);
    oneByOne_ = server[0].integer(1) != 0;
    blocks_ = server[0].integer(0) != 0 && !oneByOne_;
    const auto share = static_cast<std::size_t>(std::min(server[0].integer(2), kMostPrepared));
    if (blocks_) prepared_ = PreparedStatements(share);
}

Rows Connection::query(Sql statement, const Values& values, const Names& names) {
    auto answer = converse(composeFor(statement, values, names), carriedBy(values));
    if (!answer.rows) throw std::logic_error("a query without rows");
    return std::move(*answer.rows);
}

std::uint64_t Connection::execute(Sql statement, const Values& values, const Names& names) {
    return affected(composeFor(statement, values, names), carriedBy(values));
}

std::uint64_t Connection::executeOnTuples(Sql statement, const Tuples& tuples, const Names& names) {
    return affected(composeOnTuples(statement, tuples, names), Carried::kValues);
}

std::uint64_t Connection::executeOnRows(Sql statement, const std::vector<Values>& rows, const Names& names) {
    return affected(composeOnRows(statement, rows, names), Carried::kValues);
}

void Connection::stream(Sql statement, const Names& names, const Take& take) {
    requireUsable();
    if (!waiting_.ends.empty()) throw std::logic_error("something waits to be sent before rows that are streamed");
    const auto sql = compose(statement, {}, names);
    if (::mysql_real_query(driver_->handle, sql.data(), sql.size()) != 0) fail(Carried::kNoValues);
    ++answers_;
    const std::unique_ptr<MYSQL_RES, decltype(&::mysql_free_result)> result(::mysql_use_result(driver_->handle),
                                                                            &::mysql_free_result);
    if (!result) fail(Carried::kNoValues);
    while (const auto row = ::mysql_fetch_row(result.get())) take(cellsOf(result.get(), row));
    if (::mysql_errno(driver_->handle) != 0) fail(Carried::kNoValues);
}

void Connection::executeMigration(std::string_view text, const Names& names) {
    affected(composeMigration(text, names), Carried::kNoValues);
}

void Connection::executeLater(Sql statement, const Values& values, const Names& names) {
    wait(composeFor(statement, values, names), carriedBy(values));
}

void Connection::sendDeferred() {
    if (!waiting_.ends.empty()) flush();
}

// PREPARE is deferred. A statement with a list is never prepared: each length of the list would be another text.
std::string Connection::composeFor(Sql statement, const Values& values, const Names& names) {
    if (!blocks_ || values.empty() || std::any_of(values.begin(), values.end(), isList))
        return compose(statement, values, names);
    const auto text = composeTemplate(statement, names);
    const auto use = prepared_.use(text, !preparesNoMore);
    if (!use) return compose(statement, values, names);
    if (!use->known) wait(composePrepare(use->name, text), Carried::kNoValues);
    return composeExecute(use->name, values);
}

void Connection::takeRole(const Identifier& role) {
    if (role_ == role) return;
    executeLater(kSetRole, {}, {{"role", role}});
    role_ = role;
}

void Connection::begin() {
    executeLater(kBegin);
    transaction_ = Transaction::kOpen;
}

void Connection::rollBack() {
    if (!waiting_.ends.empty()) forget();
    waiting_ = {};
    transaction_ = Transaction::kNone;
    execute(kRollBack);
}

void Connection::commit(Answered answered) {
    const auto ahead = waitToCommit(answered);
    committing(ahead, [this] { return flush(); });
}

std::optional<Rows> Connection::commitAndQuery(Sql question, Answered answered) {
    const auto ahead = waitToCommit(answered);
    return committing(ahead, [&]() -> std::optional<Rows> {
        try {
            return query(question);
        } catch (const std::exception&) {
            if (done_ > ahead) return std::nullopt;
            throw;
        }
    });
}

// Defers COMMIT, and returns the number of answers before COMMIT's. The server answers each statement of a message on
// its own, and the waiting thread wakes up for each. It answers a block once, or with the first error in it.
std::size_t Connection::waitToCommit(Answered answered) {
    const bool together = blocks_ && answered == Answered::kTogether;
    const auto ahead = together ? 0 : waiting_.ends.size();
    executeLater(kCommit);
    if (together && waiting_.ends.size() > 1) {
        waiting_.text.insert(0, kBlock).append(kBlockEnd);
        waiting_.ends = {waiting_.text.size()};
    }
    return ahead;
}

// Translates the errors of a commit. An error before COMMIT means that COMMIT did not run; it is thrown unchanged.
template <class Send>
auto Connection::committing(std::size_t ahead, const Send& send) -> decltype(send()) {
    try {
        auto answer = send();
        transaction_ = Transaction::kNone;
        return answer;
    } catch (const Deadlock&) {
        throw;
    } catch (const ConnectionLost& lost) {
        throw domain::OutcomeUnknown(std::string("at COMMIT: ") + lost.what());
    } catch (const std::exception& failure) {
        if (done_ < ahead || isOpenStill()) throw;
        abandon();
        throw domain::OutcomeUnknown(std::string("at COMMIT: ") + failure.what());
    }
}

// True if the transaction is still open. An error of a block does not name the statement that failed. COMMIT ends the
// transaction, even if COMMIT fails, so an open transaction means that COMMIT was not reached.
bool Connection::isOpenStill() noexcept {
    try {
        return blocks_ && query(kInTransaction)[0].integer(0) != 0;
    } catch (const std::exception&) {
        return false;
    }
}

void Connection::wait(const std::string& sql, Carried carried) {
    waiting_.text += sql;
    waiting_.text += ';';
    waiting_.ends.push_back(waiting_.text.size());
    if (carried == Carried::kValues) waiting_.carried = carried;
}

// Sends the deferred statements. Returns the result of the last one.
Connection::Answer Connection::flush() {
    const auto last = waiting_.ends.size() > 1 ? waiting_.ends[waiting_.ends.size() - 2] : 0;
    const auto sql = waiting_.text.substr(last, waiting_.text.size() - last - 1);
    waiting_.text.resize(last);
    waiting_.ends.pop_back();
    return converse(sql, waiting_.carried);
}

// Sends the deferred statements and this one as one message. The server runs them in order and stops at the first
// error.
//
// A Galera node differs: a change of another node may undo the transaction between two statements of one message. The
// node then reports no error, runs the rest of the message outside the transaction, and answers COMMIT with OK. It does
// report the error to the next message, so a transaction's statements are sent one by one there.
Connection::Answer Connection::converse(const std::string& sql, Carried carried) {
    requireUsable();
    waiting_.text += sql;
    auto message = std::exchange(waiting_, {});
    if (message.carried == Carried::kValues) carried = message.carried;
    done_ = 0;
    if (!oneByOne_ || transaction_ == Transaction::kNone) return send(message.text, message.ends.size() + 1, carried);
    std::size_t begin = 0;
    for (const auto end : message.ends) {
        send(std::string_view(message.text).substr(begin, end - 1 - begin), done_ + 1, carried);
        begin = end;
    }
    return send(sql, done_ + 1, carried);
}

// Sends a message. Blocks until `statements` statements have succeeded since done_ was last 0.
Connection::Answer Connection::send(std::string_view message, std::size_t statements, Carried carried) {
    if (::mysql_real_query(driver_->handle, message.data(), message.size()) != 0) fail(carried);
    ++answers_;
    return lastAnswer(statements, carried);
}

Connection::Answer Connection::lastAnswer(std::size_t statements, Carried carried) {
    while (true) {
        auto answer = readAnswer(carried);
        ++done_;
        const auto next = ::mysql_next_result(driver_->handle);
        if (next > 0) fail(carried);
        if (next == 0) continue;
        if (done_ == statements) return answer;
        abandon();
        throw std::logic_error("other answers than statements");
    }
}

Connection::Answer Connection::readAnswer(Carried carried) {
    const std::unique_ptr<MYSQL_RES, decltype(&::mysql_free_result)> result(::mysql_store_result(driver_->handle),
                                                                            &::mysql_free_result);
    if (result) return {Rows(readAll(result.get())), 0};
    if (::mysql_errno(driver_->handle) != 0) fail(carried);
    return {std::nullopt, ::mysql_affected_rows(driver_->handle)};
}

std::uint64_t Connection::affected(const std::string& sql, Carried carried) {
    const auto answer = converse(sql, carried);
    if (answer.rows) throw std::logic_error("rows where none are read");
    return answer.affected;
}

void Connection::requireUsable() const {
    if (!alive_) throw ConnectionLost("the database connection was lost before");
    if (transaction_ == Transaction::kUndone) throw Deadlock(kDeadlock, "the transaction was undone before");
}

// Roles and prepared statements count as not there, since it is unknown which of the deferred statements have run.
void Connection::forget() {
    role_.reset();
    prepared_.forget();
}

void Connection::fail(Carried carried) {
    const ServerError error{::mysql_errno(driver_->handle), ::mysql_error(driver_->handle)};
    forget();
    if (endsConnection(error.number)) alive_ = false;
    if (error.number == kNoMorePrepared) preparesNoMore = true;
    if (error.number == kDeadlock && transaction_ == Transaction::kOpen) transaction_ = Transaction::kUndone;
    raise(error, carried);
}

}  // namespace claviger::persistence
