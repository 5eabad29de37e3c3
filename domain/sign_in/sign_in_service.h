#pragma once

#include <optional>
#include <string>

#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password_hasher.h"
#include "domain/secrets/password_seal.h"
#include "domain/sign_in/actor.h"
#include "domain/sign_in/costs_in_use.h"
#include "domain/sign_in/throttle.h"
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
    class Waiting;

    SignInService(TenantStores&, const secrets::Hasher&, const secrets::PasswordHasher&, secrets::HashingQueue&,
                  const Clock&);  // references must outlive this

    // A sign-in takes two steps, since its password waits in the queue for password hashing; no thread need wait with
    // it. A stored password of another cost than the configured one is replaced by one of the configured cost. A sealed
    // one stays sealed, from then on under the current pepper.
    //
    // First the attempt enters the queue.
    //
    //   kTooManyAttempts   a budget of failures is used up; retryAfter says when to come again
    //   kSignInBudgetUsed  the budget of successes of the account is used up; retryAfter likewise
    //   kSignInBusy        the queue has no place for it: its account has one waiting, or the queue is full
    // After each of them nothing was hashed or counted. Throws StorageUnavailable.
    Result<Waiting> begin(const Tenant&, SignInAttempt);

    // Then, once isDecided(), the password is checked and a new session starts, with its audit record.
    //
    //   kSignInRefused     wrong e-mail, wrong password, pending or suspended user: the same answer after the
    //                      same work (PasswordHasher::matches), counted and recorded in the audit
    //   kTooManyAttempts   other attempts have used up a budget since the first step
    //   kSignInBudgetUsed  likewise; concurrent sign-ins of one account never exceed the budget together
    //   kSignInBusy        it has waited for too long, or its place in the queue went to another one
    // After the latter three nothing is counted, and nothing was hashed unless concurrent sign-ins used the budget of
    // successes up during the hashing. The answer is not to be sent before `settledAt`.
    // Throws StorageUnavailable if the attempt cannot be counted (then nothing was hashed), or later; OutcomeUnknown.
    Result<SignedIn> finish(Waiting);

    // Ends the session on the server, with its audit record. Nobody is to be told before the moment that it returns.
    SettledAt signOut(const Actor&, const secrets::SessionToken&);

private:
    secrets::HashingClaim claimOf(const Tenant&, const Throttle::Source&) const;
    std::optional<secrets::DeviceHash> knownDevice(const Tenant&, const UserId&,
                                                   const std::optional<secrets::DeviceToken>&) const;
    void end(TenantStore&, const Tenant&, const secrets::SessionToken&, Timestamp now) const;
    void recordRefusal(const Tenant&, const std::optional<Account>&, const RequestOrigin&);
    struct Checked;
    std::optional<Account> read(const Tenant&, const std::string& email) const;
    Checked check(const secrets::HashingQueue::Permit&, const Waiting&, std::optional<Account>) const;
    std::optional<secrets::PasswordHash> replacementOf(const Tenant&, const Account&,
                                                       const secrets::PasswordHash& opened,
                                                       std::optional<secrets::PasswordHash> renewed) const;

    // Nothing if the account has another stored password than the one that was checked.
    std::optional<Result<SignedIn>> start(Waiting&, const Checked&, const Throttle::Counted&);

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const secrets::PasswordHasher& passwords_;
    secrets::HashingQueue& queue_;
    const Clock& clock_;
    const secrets::PasswordSeal seal_{hasher_};
    Throttle throttle_{stores_, hasher_, clock_};
    CostsInUse costs_;
};

// A sign-in between its two steps. It leaves the queue on destruction. Used by one thread at a time.
class SignInService::Waiting {
public:
    // Whether finish() would not wait. Never waits itself, and once true stays true.
    bool isDecided() const { return place_.isDecided(); }

private:
    friend class SignInService;
    Waiting(Tenant tenant, SignInAttempt attempt, bool knownDevice, Throttle::Budgets budgets,
            std::vector<secrets::PasswordCost> costs, secrets::HashingQueue::Place place)
        : tenant_(std::move(tenant)),
          attempt_(std::move(attempt)),
          knownDevice_(knownDevice),
          budgets_(std::move(budgets)),
          costs_(std::move(costs)),
          place_(std::move(place)) {}

    Tenant tenant_;
    SignInAttempt attempt_;
    bool knownDevice_;
    Throttle::Budgets budgets_;
    std::vector<secrets::PasswordCost> costs_;
    secrets::HashingQueue::Place place_;
};

}  // namespace claviger::domain
