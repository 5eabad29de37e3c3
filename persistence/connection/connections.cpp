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

Login patient(Login login) {
    login.answerSeconds = kSchemaChangeSeconds;
    return login;
}

}  // namespace

Connections::Connections(const domain::Settings::Database& settings, Account account)
    : account_(account), login_(makeLogin(settings, account)), patientLogin_(patient(login_)) {}

Connections::~Connections() = default;

Connections::Lease::~Lease() {
    if (!connection_) return;
    connection_->alive() ? question_.answered() : question_.failed();
    owner_.giveBack(home_, std::move(connection_));
}

Connections::Lease Connections::borrow() {
    return borrow(idle_, login_);
}

Connections::Lease Connections::borrowFresh() {
    {
        Idle dead;
        const std::lock_guard lock(mutex_);
        dead.swap(idle_);
    }
    return make(idle_, login_, {silence_, std::chrono::seconds(login_.answerSeconds)});
}

Connections::Lease Connections::borrowForSchemaChange() {
    return borrow(patientIdle_, patientLogin_);
}

Connections::Lease Connections::borrow(Idle& idle, const Login& login) {
    Silence::Question question(silence_, std::chrono::seconds(login.answerSeconds));
    if (auto connection = takeIdle(idle))
        return {*this, idle, std::move(connection), Lease::Age::kKept, std::move(question)};
    return make(idle, login, std::move(question));
}

Connections::Lease Connections::make(Idle& home, const Login& login, Silence::Question question) {
    try {
        auto connection = std::make_unique<Connection>(login);
        return {*this, home, std::move(connection), Lease::Age::kFresh, std::move(question)};
    } catch (const domain::StorageUnavailable&) {
        question.failed();
        throw;
    }
}

std::unique_ptr<Connection> Connections::takeIdle(Idle& idle) {
    const std::lock_guard lock(mutex_);
    if (idle.empty()) return nullptr;
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
}

void Connections::giveBack(Idle& home, std::unique_ptr<Connection> connection) noexcept {
    if (!connection->alive()) return;
    try {
        const std::lock_guard lock(mutex_);
        home.push_back(std::move(connection));
    } catch (const std::bad_alloc&) {
        return;  // then it is closed
    }
}

}  // namespace claviger::persistence
