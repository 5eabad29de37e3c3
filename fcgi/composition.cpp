#include "fcgi/composition.h"

#include "domain/keys/api_key_service.h"
#include "domain/keys/key_verifier.h"
#include "domain/keys/usage_recorder.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_slots.h"
#include "domain/secrets/password_hasher.h"
#include "domain/sign_in/authenticator.h"
#include "domain/sign_in/sign_in_service.h"
#include "fcgi/dispatcher.h"
#include "fcgi/log.h"
#include "fcgi/routes.h"
#include "fcgi/views/pages.h"
#include "persistence/connection/connections.h"
#include "persistence/control/mysql_tenant_directory.h"
#include "persistence/tenant/mysql_tenant_stores.h"

namespace claviger::fcgi {
namespace {

void logRequest(const RequestRecord& record) {
    LogFields fields = {{"level", record.status < 500 ? "info" : "error"},
                        {"event", "request"},
                        {"requestId", record.requestId},
                        {"tenant", record.tenant},
                        {"method", record.method},
                        {"route", record.route},
                        {"status", std::int64_t{record.status}},
                        {"ms", record.milliseconds},
                        {"keyId", record.keyId}};
    if (!record.cause.empty()) fields.emplace_back("cause", record.cause);
    logLine(fields);
}

void logUnwrittenUses(const std::string& cause) {
    logLine({{"level", "warning"}, {"event", "last_used_not_written"}, {"cause", cause}});
}

}  // namespace

struct Composition::Parts {
    explicit Parts(const domain::Settings& settings)
        : hasher(domain::secrets::Pepper::load(settings.pepperFile)),
          passwords({settings.passwords.memoryMib, settings.passwords.passes}),
          slots(settings.runFolder),
          connections(settings.database, persistence::Account::kWorker),
          tenants(connections),
          transactions(connections, fence),
          stores(connections, transactions),
          usage(stores, logUnwrittenUses),
          verifier(stores, hasher, usage, clock),
          authenticator(stores, verifier, hasher, clock),
          apiKeys(stores, hasher, clock),
          signIn(stores, hasher, passwords, slots, clock),
          pages(settings.templatesFolder),
          dispatcher(routes(), {tenants, authenticator, apiKeys, signIn, hasher, pages}, logRequest),
          application([this](const Request& request) { return dispatcher(request); }) {}

    domain::SystemClock clock;
    domain::secrets::Hasher hasher;
    domain::secrets::PasswordHasher passwords;
    domain::secrets::HashingSlots slots;
    persistence::Connections connections;
    persistence::MySqlTenantDirectory tenants;
    domain::NoFence fence;
    persistence::Transactions transactions;
    persistence::MySqlTenantStores stores;
    domain::UsageRecorder usage;
    domain::KeyVerifier verifier;
    domain::Authenticator authenticator;
    domain::ApiKeyService apiKeys;
    domain::SignInService signIn;
    Pages pages;
    Dispatcher dispatcher;
    Application application;
};

Composition::Composition(const domain::Settings& settings) : parts_(std::make_unique<Parts>(settings)) {}

Composition::~Composition() = default;

const Application& Composition::application() const {
    return parts_->application;
}

}  // namespace claviger::fcgi
