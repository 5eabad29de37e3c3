#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// The servers of database.host: the nodes of a cluster, all with the same data. This process uses one of them at a
// time. It begins with the first, and fails over to the next in the list, round to the first again. Thread-safe.
class Servers {
public:
    // All servers take the same login, each with its own host and port. Copies both arguments.
    Servers(const domain::Settings::Database&, const Login&);

    struct Placed {
        std::unique_ptr<Connection> connection;
        std::size_t server;
    };

    // Connects to the server in use. If it cannot be reached or is outside its cluster, fails over to the next one. A
    // server that refuses this login is not passed over. `answerSeconds` is the time-out of an answer.
    // Throws domain::StorageUnavailable if no server can be used, and DatabaseError as Connection's constructor does.
    Placed connect(unsigned answerSeconds);

    // The server in use: its index in the list.
    std::size_t serving() const { return serving_; }

private:
    std::vector<Login> logins_;
    std::atomic<std::size_t> serving_{0};
};

}  // namespace claviger::persistence
