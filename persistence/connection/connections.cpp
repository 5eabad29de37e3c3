#include "persistence/connection/connections.h"

namespace claviger::persistence {
namespace {

constexpr unsigned kSchemaChangeSeconds = 3600;

Login makeLogin(const domain::Settings::Database& settings, Account account) {
    const bool worker = account == Account::kWorker;
    auto password = worker ? domain::readSecretFile(settings.workerPasswordFile, "database.worker_password_file")
                           : domain::readSecretFile(settings.toolPasswordFile, "database.tool_password_file");
    return {settings.socket.string(),
            settings.host,
            settings.port,
            worker ? settings.workerUser : settings.toolUser,
            std::move(password),
            settings.timeoutSeconds,
            settings.timeoutSeconds};
}

}  // namespace

Connections::Connections(const domain::Settings::Database& settings, Account account)
    : account_(account), login_(makeLogin(settings, account)) {}

Connections::~Connections() = default;

Connections::Lease::~Lease() {
    if (connection_) owner_.giveBack(std::move(connection_));
}

Connections::Lease Connections::borrow() {
    if (auto connection = takeIdle()) return {*this, std::move(connection), Lease::Age::kKept};
    return {*this, std::make_unique<Connection>(login_), Lease::Age::kFresh};
}

Connections::Lease Connections::borrowFresh() {
    {
        std::vector<std::unique_ptr<Connection>> dead;
        const std::lock_guard lock(mutex_);
        dead.swap(idle_);
    }
    return {*this, std::make_unique<Connection>(login_), Lease::Age::kFresh};
}

std::unique_ptr<Connection> Connections::openForSchemaChange() const {
    auto patient = login_;
    patient.answerSeconds = kSchemaChangeSeconds;
    return std::make_unique<Connection>(patient);
}

std::unique_ptr<Connection> Connections::takeIdle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void Connections::giveBack(std::unique_ptr<Connection> connection) noexcept {
    if (!connection->alive()) return;
    try {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(connection));
    } catch (const std::bad_alloc&) {
        return;  // then it is closed
    }
}

}  // namespace claviger::persistence
