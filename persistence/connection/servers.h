#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// The servers of database.host: the nodes of a cluster, all with the same data. One of them is in use at a time. It
// begins with the first, and fails over to the next in the list, round to the first again. It never returns to an
// earlier server without another failover. With database.socket there is one server. Thread-safe.
class Servers {
public:
    // All servers take the same login, each with its own host and port. Copies both arguments.
    Servers(const domain::Settings::Database&, const Login&);

    struct Placed {
        std::unique_ptr<Connection> connection;
        std::size_t server;
    };

    // Connects to the server in use. If that throws ConnectionLost (it cannot be reached or is outside its cluster),
    // tries the next one, each server once; the first that accepts is in use from then on. Blocks for up to the
    // time-outs of all of them. `answerSeconds` is the time-out of an answer.
    //
    // Throws what Connection's constructor throws. With several servers, ConnectionLost of all of them becomes one
    // domain::StorageUnavailable that names each. A server that refuses the login, is full (1040) or has no valid
    // certificate is not passed over: its domain::StorageUnavailable is thrown at once.
    Placed connect(unsigned answerSeconds);

    // The server in use: its index in the list, from 0.
    std::size_t serving() const { return serving_; }

private:
    std::vector<Login> logins_;
    std::atomic<std::size_t> serving_{0};
};

}  // namespace claviger::persistence
