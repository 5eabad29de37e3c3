#include "tests/unit/world.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <thread>

namespace claviger::tests {
namespace {

using domain::Result;
using domain::TenantStore;

domain::secrets::Pepper newPepper(const TemporaryFolder& folder) {
    domain::secrets::Pepper::create(folder.path() / "pepper");
    return domain::secrets::Pepper::load(folder.path() / "pepper");
}

}  // namespace

Result<domain::SignedIn> WholeSignIns::signIn(const domain::Tenant& tenant, domain::SignInAttempt attempt) {
    auto waiting = begin(tenant, std::move(attempt));
    if (!waiting.ok()) return waiting.error();
    while (!waiting.value().isDecided()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return finish(std::move(waiting).value());
}

World::World() : hasher(newPepper(folder)), usage(stores, directory, unwrittenUses) {}

World::~World() = default;

domain::Tenant World::makeTenant(const std::string& slug) const {
    const auto parsed = domain::TenantSlug::parse(slug).value();
    return {domain::TenantId::make(clock.now()), parsed, slug, domain::TenantStatus::kActive,
            domain::SchemaName::of(parsed),      1};
}

domain::User World::makeUser(const domain::Tenant& tenant, const std::string& email, domain::UserStatus status) {
    const domain::User user{domain::UserId::make(clock.now()), domain::Email::parse(email).value(), "Name of " + email,
                            status, clock.now()};
    const auto hash = passwords.hash(domain::secrets::Password::attempt(kPassword));
    CPPUNIT_ASSERT(stores.transact<void>(tenant,
                                         [&](TenantStore& store) {
                                             return store.users().add({user, hash});
                                         })
                       .ok());
    return user;
}

void World::setStatus(const domain::Tenant& tenant, const domain::User& user, domain::UserStatus status) {
    (void)stores.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        store.users().setStatus(user.id, status);
        return {};
    });
}

domain::secrets::SessionToken World::makeSession(const domain::Tenant& tenant, const domain::User& user) {
    auto token = domain::secrets::SessionToken::generate();
    const auto now = clock.now();
    (void)stores.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        store.sessions().add(hasher.hash(tenant.id, token), {user.id, now, now, now + domain::kSessionAbsoluteLimit});
        return {};
    });
    return token;
}

domain::Actor World::makeActor(const domain::Tenant& tenant, const domain::User& user) {
    return authenticator.bySession(tenant, makeSession(tenant, user), origin()).value();
}

domain::Result<domain::ActiveKey> World::verify(const domain::Tenant& tenant, const domain::IssuedApiKey& issued) {
    return verifier.verify(tenant, issued.fullKey.revealForResponse(), {});
}

domain::RequestOrigin origin(const std::string& address) {
    return {"0123456789abcdef0123456789abcdef", address};
}

domain::RequestOrigin operatorOrigin() {
    return {"fedcba9876543210fedcba9876543210", "tool:operator"};
}

domain::NewApiKey newKey(const std::string& name) {
    return {keyName(name)};
}

domain::KeyName keyName(const std::string& text) {
    return domain::KeyName::parse(text).value();
}

}  // namespace claviger::tests
