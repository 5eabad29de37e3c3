#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
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

    class Waiting;

    SignInService(TenantStores&, const secrets::Hasher&, const secrets::PasswordHasher&, secrets::HashingQueue&,
                  const Clock&);  // references must outlive this

    // A sign-in takes two steps, since its password waits in the queue for password hashing; no thread need wait with
    // it.
    //
    // First the attempt enters the queue.
    //
    //   kTooManyAttempts  a budget is used up; retryAfter says when to come again
    //   kSignInBusy       the queue has no place for it: its account has one waiting, or the queue is full
    // After either nothing was hashed or counted. Throws StorageUnavailable.
    Result<Waiting> begin(const Tenant&, SignInAttempt);

    // Then, once isDecided(), the password is checked and a new session starts, with its audit record.
    //
    //   kSignInRefused    wrong e-mail, wrong password, pending or suspended user: the same answer after the
    //                     same work (one hashing), recorded in the audit
    //   kTooManyAttempts  other attempts have used up a budget since the first step
    //   kSignInBusy       it has waited for too long, or its place in the queue went to another one
    // After the latter two nothing was hashed or counted. The answer is not to be sent before `settledAt`.
    // Throws StorageUnavailable, OutcomeUnknown.
    Result<SignedIn> finish(Waiting);

    // Ends the session on the server, with its audit record. Nobody is to be told before the moment that it returns.
    SettledAt signOut(const Actor&, const secrets::SessionToken&);

private:
    struct Budget {
        secrets::BudgetHash hash;
        std::size_t failures;
    };
    using Budgets = std::vector<Budget>;

    secrets::HashingClaim claimOf(const Tenant&, const SignInAttempt&, const std::string& account,
                                  bool knownDevice) const;
    bool knows(const Tenant&, const UserId&, const secrets::DeviceToken&) const;
    void end(TenantStore&, const Tenant&, const secrets::SessionToken&, Timestamp now) const;
    Budgets budgetsOf(const Tenant&, const SignInAttempt&, const std::string& account, bool knownDevice) const;
    std::optional<Error> throttled(const Tenant&, const Budgets&) const;
    void recordRefusal(const Tenant&, const Budgets&, const std::optional<Account>&, const RequestOrigin&);
    Result<SignedIn> start(const Tenant&, const Account&, SignInAttempt, bool knownDevice);

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const secrets::PasswordHasher& passwords_;
    secrets::HashingQueue& queue_;
    const Clock& clock_;
};

// A sign-in between its two steps. It leaves the queue on destruction. Used by one thread at a time.
class SignInService::Waiting {
public:
    // Whether finish() would not wait. Never waits itself, and once true stays true.
    bool isDecided() const { return place_.isDecided(); }

private:
    friend class SignInService;
    Waiting(Tenant tenant, SignInAttempt attempt, std::optional<Account> account, bool knownDevice, Budgets budgets,
            secrets::HashingQueue::Place place)
        : tenant_(std::move(tenant)),
          attempt_(std::move(attempt)),
          account_(std::move(account)),
          knownDevice_(knownDevice),
          budgets_(std::move(budgets)),
          place_(std::move(place)) {}

    Tenant tenant_;
    SignInAttempt attempt_;
    std::optional<Account> account_;
    bool knownDevice_;
    Budgets budgets_;
    secrets::HashingQueue::Place place_;
};

// The network that a budget is kept for: an IPv4 address itself, the first four groups of an IPv6 address.
// An IPv4 client on an IPv6 socket (::ffff:192.0.2.7) counts as its IPv4 address.
std::string networkOf(const std::string& address);

}  // namespace claviger::domain
