#include "persistence/connection/servers.h"

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

std::string nameOf(const Login& login) {
    return login.host + ":" + std::to_string(login.port);
}

}  // namespace

Servers::Servers(const domain::Settings::Database& settings, const Login& login) : logins_{login} {
    if (!login.socket.empty() || settings.hosts.empty()) return;
    logins_.assign(settings.hosts.size(), login);
    for (std::size_t i = 0; i < logins_.size(); ++i) {
        logins_[i].host = settings.hosts[i].host;
        logins_[i].port = settings.hosts[i].port.value_or(settings.port);
    }
}

Servers::Placed Servers::connect(unsigned answerSeconds) {
    const auto first = serving_.load();
    std::string failures;
    for (std::size_t i = 0; i < logins_.size(); ++i) {
        const auto server = (first + i) % logins_.size();
        auto login = logins_[server];
        login.answerSeconds = answerSeconds;
        try {
            auto connection = std::make_unique<Connection>(login);
            auto before = first;  // unless another thread has failed over meanwhile
            serving_.compare_exchange_strong(before, server);
            return {std::move(connection), server};
        } catch (const ConnectionLost& failure) {
            if (logins_.size() == 1) throw;
            failures += (failures.empty() ? "" : "; ") + nameOf(login) + ": " + failure.what();
        }
    }
    throw domain::StorageUnavailable(failures);
}

}  // namespace claviger::persistence
