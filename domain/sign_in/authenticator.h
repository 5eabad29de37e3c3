#pragma once

#include <string_view>

#include "domain/keys/key_verifier.h"
#include "domain/secrets/hasher.h"
#include "domain/sign_in/actor.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Decides who is calling. Thread-safe: holds no mutable state.
class Authenticator {
public:
    Authenticator(TenantStores&, const KeyVerifier&, const secrets::Hasher&,
                  const Clock&);  // references must outlive this

    // The signed-in person behind a session's token; keeps the session from idling out.
    //   kUnauthorized  unknown, ended or expired session, or a user who is not approved
    Result<Actor> bySession(const Tenant&, const secrets::SessionToken&, const RequestOrigin&) const;

    // The program behind an API key.
    //   kKeyInvalid  malformed, unknown or dead key, or a user who is not approved
    Result<KeyBearer> byApiKey(const Tenant&, std::string_view presented) const;

private:
    TenantStores& stores_;
    const KeyVerifier& verifier_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
};

}  // namespace claviger::domain
