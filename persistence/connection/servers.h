#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// The servers of database.host, each of which has all that the others have: the nodes of a cluster. One serves at a
// time: the first in the list, and where it does not serve any more, the next, on to the end and round again.
// Thread-safe.
class Servers {
public:
    // The login is the same at each but for host and port.
    Servers(const domain::Settings::Database&, const Login&);

    struct Placed {
        std::unique_ptr<Connection> connection;
        std::size_t server;
    };

    // To the server that served last, or the next that serves. A server that refuses this login serves: only one that
    // cannot be reached, or is out of its cluster, is passed over. Throws domain::StorageUnavailable.
    Placed connect(unsigned answerSeconds);

    // The one that served last.
    std::size_t serving() const { return serving_; }

private:
    std::vector<Login> logins_;
    std::atomic<std::size_t> serving_{0};
};

}  // namespace claviger::persistence
