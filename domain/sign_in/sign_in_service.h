#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_slots.h"
#include "domain/secrets/password_hasher.h"
#include "domain/sign_in/actor.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// What a browser sends to sign in.
struct SignInAttempt {
    std::string email;  // as typed
    secrets::Password password;
    std::optional<secrets::DeviceToken> device;     // of a browser that signed in before
    std::optional<secrets::SessionToken> previous;  // the browser's session so far, which ends
    RequestOrigin origin;
};

// What the browser gets.
struct SignedIn {
    secrets::SessionToken session;
    secrets::DeviceToken device;
    SettledAt settledAt = kSettled;  // from when on the previous session is dead on every host
};

// Starts and ends sessions. Thread-safe.
class SignInService {
public:
    // Failures in fifteen minutes, after which a budget is used up. Successes never count.
    static constexpr std::chrono::minutes kWindow{15};
    static constexpr std::size_t kFailuresPerAccount = 10;   // known or not
    static constexpr std::size_t kFailuresPerAddress = 100;  // an IPv4 address, or the /64 of an IPv6 one
    static constexpr std::size_t kFailuresPerDevice = 10;    // instead of both, for a browser that signed in before

    SignInService(TenantStores&, const secrets::Hasher&, const secrets::PasswordHasher&, secrets::HashingSlots&,
                  const Clock&);  // references must outlive this

    // Checks the password and starts a new session, with its audit record.
    //
    //   kSignInRefused    wrong e-mail, wrong password, pending or suspended user: the same answer after the
    //                     same work (one hashing), recorded in the audit
    //   kTooManyAttempts  a budget is used up, or too many passwords are being hashed; no hashing was done,
    //                     and retryAfter says when to come again
    // Nobody is to be told before `settledAt`. Throws StorageUnavailable, OutcomeUnknown.
    Result<SignedIn> signIn(const Tenant&, SignInAttempt);

    // Ends the session on the server, with its audit record. Nobody is to be told before the moment that it returns.
    SettledAt signOut(const Actor&, const secrets::SessionToken&);

private:
    struct Budget {
        secrets::BudgetHash hash;
        std::size_t failures;
    };
    using Budgets = std::vector<Budget>;

    bool knows(const Tenant&, const UserId&, const secrets::DeviceToken&) const;
    void end(TenantStore&, const Tenant&, const secrets::SessionToken&, Timestamp now) const;
    Budgets budgetsOf(const Tenant&, const SignInAttempt&, const std::string& account, bool knownDevice) const;
    std::optional<Error> throttled(const Tenant&, const Budgets&) const;
    void recordRefusal(const Tenant&, const Budgets&, const std::optional<Account>&, const RequestOrigin&);
    Result<SignedIn> start(const Tenant&, const Account&, SignInAttempt, bool knownDevice);

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const secrets::PasswordHasher& passwords_;
    secrets::HashingSlots& slots_;
    const Clock& clock_;
};

// The network that a budget is kept for: an IPv4 address itself, the first four groups of an IPv6 address.
// An IPv4 client on an IPv6 socket (::ffff:192.0.2.7) counts as its IPv4 address.
std::string networkOf(const std::string& address);

}  // namespace claviger::domain
