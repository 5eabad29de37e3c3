#include "persistence/connection/connections.h"

#include <utility>

namespace claviger::persistence {
namespace {

constexpr unsigned kSchemaChangeSeconds = 3600;

struct Credentials {
    std::string user, password;
};

Credentials credentialsOf(const domain::Settings::Database& settings, Account account) {
    switch (account) {
        case Account::kWorker:
            return {settings.workerUser,
                    domain::readSecretFile(settings.workerPasswordFile, "database.worker_password_file")};
        case Account::kTool:
            return {settings.toolUser,
                    domain::readSecretFile(settings.toolPasswordFile, "database.tool_password_file")};
        case Account::kPrune:
            break;
    }
    if (settings.pruneUser.empty())
        throw domain::BadConfiguration(
            "database.prune_user is not set: it names the account that persistence/accounts.sql makes for this");
    return {settings.pruneUser, domain::readSecretFile(settings.prunePasswordFile, "database.prune_password_file")};
}

Login makeLogin(const domain::Settings::Database& settings, Account account) {
    auto [user, password] = credentialsOf(settings, account);
    return {settings.socket.string(),
            "",
            settings.port,
            std::move(user),
            std::move(password),
            settings.timeoutSeconds,
            settings.timeoutSeconds,
            tlsOf(settings)};
}

}  // namespace

Connections::Connections(const domain::Settings::Database& settings, Account account)
    : account_(account), answerSeconds_(settings.timeoutSeconds), servers_(settings, makeLogin(settings, account)) {}

Connections::~Connections() = default;

Connections::Lease::~Lease() {
    if (!connection_) return;
    connection_->alive() ? question_.answered() : question_.failed();
    if (!connection_->alive() && question_.waitedLong()) owner_.closeIdle();
    owner_.giveBack(home_, {std::move(connection_), server_});
}

Connections::Lease Connections::borrow() {
    return borrow(idle_, answerSeconds_);
}

Connections::Lease Connections::borrowFresh() {
    closeIdle();
    return make(idle_, answerSeconds_, {breaker_, std::chrono::seconds(answerSeconds_)});
}

Connections::Lease Connections::borrowForSchemaChange() {
    return borrow(patientIdle_, kSchemaChangeSeconds);
}

Connections::Lease Connections::borrow(Idle& idle, unsigned answerSeconds) {
    CircuitBreaker::Question question(breaker_, std::chrono::seconds(answerSeconds));
    if (auto placed = takeIdle(idle)) return {*this, idle, std::move(*placed), Lease::Age::kKept, std::move(question)};
    return make(idle, answerSeconds, std::move(question));
}

Connections::Lease Connections::make(Idle& home, unsigned answerSeconds, CircuitBreaker::Question question) {
    const auto before = servers_.serving();
    try {
        auto placed = servers_.connect(answerSeconds);
        if (placed.server != before) closeIdle();
        return {*this, home, std::move(placed), Lease::Age::kFresh, std::move(question)};
    } catch (const domain::StorageUnavailable&) {
        question.failed();
        throw;
    }
}

std::optional<Servers::Placed> Connections::takeIdle(Idle& idle) {
    Idle elsewhere;  // connections to an earlier server; closed outside the lock
    const std::lock_guard lock(mutex_);
    while (!idle.empty()) {
        auto placed = std::move(idle.back());
        idle.pop_back();
        if (placed.server == servers_.serving()) return placed;
        elsewhere.push_back(std::move(placed));
    }
    return std::nullopt;
}

void Connections::giveBack(Idle& home, Servers::Placed placed) noexcept {
    if (!placed.connection->alive() || placed.server != servers_.serving()) return;
    try {
        const std::lock_guard lock(mutex_);
        home.push_back(std::move(placed));
    } catch (const std::bad_alloc&) {
        return;  // the connection is closed
    }
}

void Connections::closeIdle() noexcept {
    Idle dead;
    const std::lock_guard lock(mutex_);
    dead.swap(idle_);
}

}  // namespace claviger::persistence
