#pragma once

#include <optional>
#include <string>

#include "persistence/connection/errors.h"
#include "persistence/connection/tls.h"

namespace claviger::persistence {

// The server's address, the account and the time-outs.
struct Login {
    std::string socket;  // empty: TCP
    std::string host;
    unsigned port;
    std::string user;
    std::string password;
    unsigned connectSeconds;
    unsigned answerSeconds;  // the time-out of sending a statement, and of reading its answer
    std::optional<Tls> tls;  // nullopt: plain text
};

// While an object of this class exists, connections that its thread makes through Poco use this login. Poco's
// connection string can express no socket path, no time-outs, no password with `;` and no driver options. The login
// bypasses it: driver_connect.cpp replaces the driver's mysql_real_connect. At most one object per thread at a time. It
// must be destroyed by the thread that made it.
class DriverConnect {
public:
    explicit DriverConnect(const Login&);  // must outlive this
    DriverConnect(const DriverConnect&) = delete;
    DriverConnect& operator=(const DriverConnect&) = delete;
    ~DriverConnect();

    const Login& login() const { return login_; }

    // The error of the last attempt that failed. It stays after an attempt that succeeds. nullopt: none has failed.
    // (Poco's exceptions carry no error number.)
    const std::optional<ServerError>& failure() const { return failure_; }
    bool wasUsed() const { return used_; }  // false: Poco did not call the replaced mysql_real_connect

    // Only for the replaced mysql_real_connect.
    static DriverConnect* current();                 // this thread's object, or null
    void record(unsigned number, const char* text);  // an attempt's error; 0 is success and leaves failure() as it is

private:
    const Login& login_;
    std::optional<ServerError> failure_;
    bool used_ = false;
};

}  // namespace claviger::persistence
