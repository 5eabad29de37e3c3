#include "persistence/connection/driver_connect.h"

#include <dlfcn.h>
#include <mysql/errmsg.h>
#include <mysql/mysql.h>

namespace claviger::persistence {
namespace {

thread_local DriverConnect* currentConnect = nullptr;

const char* orNull(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

// With TLS the driver sends neither password nor statement to a server without a valid certificate. Valid means signed
// by the CA, in date, and for the host's name or address. Without TLS in the login, the driver never begins it; newer
// drivers would by default.
void setTls(MYSQL* handle, const std::optional<Tls>& tls) {
    const my_bool wanted = tls ? 1 : 0;
    ::mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &wanted);
    ::mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &wanted);
    if (!tls) return;
    ::mysql_options(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
    ::mysql_options(handle, MYSQL_OPT_SSL_CA, orNull(tls->ca));
    ::mysql_options(handle, MYSQL_OPT_SSL_CERT, orNull(tls->cert));
    ::mysql_options(handle, MYSQL_OPT_SSL_KEY, orNull(tls->key));
}

void setOptions(MYSQL* handle, const Login& login) {
    const unsigned noLocalFiles = 0;
    const my_bool noReconnect = 0;
    ::mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &login.connectSeconds);
    ::mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &login.answerSeconds);
    ::mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &login.answerSeconds);
    ::mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &noLocalFiles);
    ::mysql_options(handle, MYSQL_OPT_RECONNECT, &noReconnect);
    ::mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    // For the host "localhost" the driver would use a unix socket of its own choice, which is never encrypted.
    const unsigned tcp = MYSQL_PROTOCOL_TCP;
    if (!login.host.empty()) ::mysql_options(handle, MYSQL_OPT_PROTOCOL, &tcp);
    setTls(handle, login.tls);
}

// False if TLS was wanted and the connection is in plain text. A second check, in case the driver ignored its options.
bool isAsWanted(MYSQL* connected, const Login& login) {
    return !login.tls || ::mysql_get_ssl_cipher(connected) != nullptr;
}

}  // namespace

DriverConnect::DriverConnect(const Login& login) : login_(login) {
    currentConnect = this;
}

DriverConnect::~DriverConnect() {
    currentConnect = nullptr;
}

DriverConnect* DriverConnect::current() {
    return currentConnect;
}

void DriverConnect::record(unsigned number, const char* text) {
    used_ = true;
    if (number != 0) failure_ = ServerError{number, text};
}

}  // namespace claviger::persistence

// Poco::Data::MySQL calls this in place of the driver's function; this calls the driver's.
extern "C" MYSQL* STDCALL mysql_real_connect(MYSQL* handle, const char* host, const char* user, const char* password,
                                             const char* schema, unsigned port, const char* socket,
                                             unsigned long flags) {
    using claviger::persistence::DriverConnect;
    static const auto real =
        reinterpret_cast<decltype(&mysql_real_connect)>(::dlsym(RTLD_NEXT, "mysql_real_connect"));  // NOLINT
    auto* connect = DriverConnect::current();
    if (connect == nullptr) return real(handle, host, user, password, schema, port, socket, flags);

    const auto& login = connect->login();
    claviger::persistence::setOptions(handle, login);
    const bool local = !login.socket.empty();
    // CLIENT_FOUND_ROWS: an update counts the rows that it found, changed or not. CLIENT_MULTI_STATEMENTS: several
    // statements share a round trip. Every message consists of this program's constants and of digits.
    constexpr auto kFlags = CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS;
    auto* connected = real(handle, local ? nullptr : login.host.c_str(), login.user.c_str(), login.password.c_str(),
                           nullptr, login.port, local ? login.socket.c_str() : nullptr, kFlags);
    if (connected != nullptr && !claviger::persistence::isAsWanted(connected, login)) {
        connect->record(CR_SSL_CONNECTION_ERROR, "the connection is not encrypted");
        return nullptr;
    }
    connect->record(connected == nullptr ? ::mysql_errno(handle) : 0, ::mysql_error(handle));
    return connected;
}
