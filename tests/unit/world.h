#pragma once

#include <string>

#include "domain/keys/api_key_service.h"
#include "domain/keys/key_verifier.h"
#include "domain/keys/operator_key_service.h"
#include "domain/keys/usage_recorder.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password_hasher.h"
#include "domain/sign_in/authenticator.h"
#include "domain/sign_in/sign_in_service.h"
#include "domain/users/user_service.h"
#include "tests/support/in_memory_stores.h"
#include "tests/support/manual_clock.h"
#include "tests/support/map_key_index.h"
#include "tests/support/no_key_cache.h"
#include "tests/support/recorded_faults.h"
#include "tests/support/temporary_folder.h"

namespace claviger::tests {

constexpr auto kPassword = "correct horse battery";
constexpr auto kAddress = "192.0.2.7";

domain::RequestOrigin operatorOrigin();

// Signs in with both steps on the caller's thread. Blocks in between until the permit is decided.
struct WholeSignIns : domain::SignInService {
    using SignInService::SignInService;
    domain::Result<domain::SignedIn> signIn(const domain::Tenant&, domain::SignInAttempt);
};

// The domain's services over stores without a database, at a time that the test sets.
struct World {
    World();
    ~World();

    domain::Tenant makeTenant(const std::string& slug) const;

    // A user whose password is kPassword.
    domain::User makeUser(const domain::Tenant&, const std::string& email,
                          domain::UserStatus = domain::UserStatus::kApproved);
    void setStatus(const domain::Tenant&, const domain::User&, domain::UserStatus);

    // The token of a new session, as a sign-in makes one, and the actor of such a session.
    domain::secrets::SessionToken makeSession(const domain::Tenant&, const domain::User&);
    domain::Actor makeActor(const domain::Tenant&, const domain::User&);

    domain::Result<domain::ActiveKey> verify(const domain::Tenant&, const domain::IssuedApiKey&);

    TemporaryFolder folder;
    ManualClock clock;
    InMemoryStores stores;
    domain::secrets::Hasher hasher;
    domain::secrets::PasswordHasher passwords{{8, 1}};
    domain::secrets::HashingQueue hashing{folder.path()};
    RecordedFaults unwrittenUses, unwrittenSights, missingPeppers;
    InMemoryDirectory directory;
    domain::UsageRecorder usage;
    domain::NoFence fence;
    MapKeyIndex index;
    NoKeyCache<domain::ActiveKey> activeKeys;
    NoKeyCache<domain::DeadKey> deadKeys;
    domain::KeyVerifier verifier{index, stores, hasher, usage, clock, fence, activeKeys, deadKeys};
    domain::KeyLists keyLists{stores, fence, 0};
    domain::Authenticator authenticator{stores, verifier, keyLists, hasher, clock, fence, unwrittenSights};
    domain::ApiKeyService apiKeys{stores, keyLists, hasher, clock, domain::ChangeLimit()};
    WholeSignIns signIns{stores, hasher, passwords, hashing, clock, missingPeppers};
    domain::Throttle throttle{stores, hasher, clock};
    domain::UserService users{stores, passwords, throttle, clock, operatorOrigin()};
    domain::OperatorKeyService operatorKeys{stores, hasher, clock, operatorOrigin()};
};

domain::RequestOrigin origin(const std::string& address = kAddress);
domain::KeyName keyName(const std::string&);
domain::NewApiKey newKey(const std::string& name);  // with this name and nothing else

}  // namespace claviger::tests
