#pragma once

#include <optional>
#include <string>

#include "persistence/connection/errors.h"
#include "persistence/connection/tls.h"

namespace claviger::persistence {

// How to reach the server and as whom.
struct Login {
    std::string socket;  // or empty, for TCP
    std::string host;
    unsigned port;
    std::string user;
    std::string password;
    unsigned connectSeconds;
    unsigned answerSeconds;  // to send a statement, to read its answer
    std::optional<Tls> tls;  // nothing: in plain text
};

// What Poco's connection string cannot say (socket path, time-outs, a password with `;`, driver options) reaches
// the driver beside it: while an object of this class lives, the connections that its thread makes are made with
// this login. It works by standing in for the driver's mysql_real_connect.
class DriverConnect {
public:
    explicit DriverConnect(const Login&);  // must outlive this
    DriverConnect(const DriverConnect&) = delete;
    DriverConnect& operator=(const DriverConnect&) = delete;
    ~DriverConnect();

    const Login& login() const { return login_; }

    // Why the last attempt failed: Poco's exceptions carry no number.
    const std::optional<ServerError>& failure() const { return failure_; }
    bool wasUsed() const { return used_; }

    static DriverConnect* current();
    void record(unsigned number, const char* text);

private:
    const Login& login_;
    std::optional<ServerError> failure_;
    bool used_ = false;
};

}  // namespace claviger::persistence
