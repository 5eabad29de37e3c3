// The program against which the writes of the service are measured: the least that a program over libfcgi can do to
// store a key durably. One process has 32 threads, each with a connection of its own. Each request is one prepared
// INSERT into a table like api_keys, in a transaction of its own, and answers 204.
//
//   bench_trivial_insert SOCKET DATABASE_SOCKET ACCOUNT TABLE

#include <fcgiapp.h>
#include <mysql/mysql.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

constexpr std::size_t kThreads = 32;  // one for each connection of wrk
constexpr int kBacklog = 511;
constexpr std::uint64_t kUsers = 200;  // as many as the writers of http.mjs

struct Place {
    const char* socket;
    const char* account;
    std::string table;
};

// The values of one row. Ids begin with the time, as those of the service do.
class Row {
public:
    void fill(std::mt19937_64& random) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto time =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
        id_ = {__builtin_bswap64(time << 16U), random()};
        user_ = {0, random() % kUsers};
        for (auto& word : hash_) word = random();
        name_ = "made " + std::to_string(random());
    }

    std::array<MYSQL_BIND, 5> bound() {
        return {bind(id_.data(), sizeof id_), bind(user_.data(), sizeof user_), bind(name_.data(), name_.size()),
                bind(id_.data(), sizeof id_), bind(hash_.data(), sizeof hash_)};
    }

private:
    static MYSQL_BIND bind(void* value, std::size_t size) {
        MYSQL_BIND bind{};
        bind.buffer_type = MYSQL_TYPE_BLOB;
        bind.buffer = value;
        bind.buffer_length = size;
        return bind;
    }

    std::array<std::uint64_t, 2> id_{}, user_{};
    std::array<std::uint64_t, 4> hash_{};
    std::string name_;
};

// One connection with its prepared statement. Throws std::runtime_error if the server refuses.
class Inserts {
public:
    explicit Inserts(const Place& place) : handle_(::mysql_init(nullptr)) {
        if (::mysql_real_connect(handle_, nullptr, place.account, nullptr, nullptr, 0, place.socket, 0) == nullptr)
            throw std::runtime_error(::mysql_error(handle_));
        statement_ = ::mysql_stmt_init(handle_);
        const auto sql =
            "INSERT INTO " + place.table +
            " (id, user_id, name, lineage_id, generation, key_hash, pepper_version, key_prefix, once_hash, "
            "created_at, last_used_at) VALUES (?, ?, ?, ?, 1, ?, 1, 'pk_live_abcd', NULL, UTC_TIMESTAMP(6), NULL)";
        require(::mysql_stmt_prepare(statement_, sql.data(), sql.size()) == 0);
    }

    void insert(Row& row) {
        auto values = row.bound();
        require(::mysql_stmt_bind_param(statement_, values.data()) == 0);
        require(::mysql_stmt_execute(statement_) == 0);
    }

private:
    void require(bool succeeded) const {
        if (!succeeded) throw std::runtime_error(::mysql_stmt_error(statement_));
    }

    MYSQL* handle_;  // ends with the process
    MYSQL_STMT* statement_ = nullptr;
};

// A body that is not read would be taken for the next request of the connection.
void readBody(FCGX_Request& request) {
    std::array<char, 1024> part{};
    while (FCGX_GetStr(part.data(), static_cast<int>(part.size()), request.in) > 0) {
    }
}

void serve(int listener, const Place& place) {
    Inserts inserts(place);
    std::mt19937_64 random{std::random_device{}()};
    Row row;
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        readBody(request);
        row.fill(random);
        inserts.insert(row);
        FCGX_PutS("Status: 204 No Content\r\n\r\n", request.out);
        FCGX_Finish_r(&request);
    }
}

// A thread that fails ends the process: the measurement must not go on with fewer threads.
void serveOrEnd(int listener, const Place& place) noexcept {
    try {
        serve(listener, place);
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << '\n';
        std::_Exit(EXIT_FAILURE);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    if (arguments.size() != 5 || FCGX_Init() != 0 || ::mysql_library_init(0, nullptr, nullptr) != 0) {
        std::cerr << "usage: bench_trivial_insert SOCKET DATABASE_SOCKET ACCOUNT TABLE\n";
        return EXIT_FAILURE;
    }
    const int listener = FCGX_OpenSocket(arguments[1], kBacklog);
    if (listener < 0) {
        std::cerr << arguments[1] << " cannot be listened on\n";
        return EXIT_FAILURE;
    }
    const Place place{arguments[2], arguments[3], arguments[4]};
    std::array<std::thread, kThreads> threads;
    for (auto& thread : threads) thread = std::thread(serveOrEnd, listener, std::cref(place));
    for (auto& thread : threads) thread.join();
}
