#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "domain/base/fault_report.h"
#include "domain/model/actor.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password_hasher.h"
#include "domain/secrets/password_seal.h"
#include "domain/sign_in/passwords_in_use.h"
#include "domain/sign_in/throttle.h"

namespace claviger::domain {

// The data that a browser sends to sign in.
struct SignInAttempt {
    std::string email;  // as typed
    secrets::Password password;
    std::optional<secrets::DeviceToken> device;     // of a browser that signed in before
    std::optional<secrets::SessionToken> previous;  // the browser's earlier session, which a sign-in ends
    RequestOrigin origin;
};

// The tokens that the browser receives.
struct SignedIn {
    secrets::SessionToken session;
    secrets::DeviceToken device;
    EffectiveAt effectiveAt = kEffectiveNow;  // the moment from which every host refuses the previous session
};

// Starts and ends sessions. Thread-safe.
class SignInService {
public:
    class Waiting;

    // References must outlive this. A pepper that is missing for a sealed password is reported to the FaultReport; no
    // success is, since a running process gets no further pepper.
    SignInService(TenantStores&, const secrets::Hasher&, const secrets::PasswordHasher&, secrets::HashingQueue&,
                  const Clock&, FaultReport& missingPeppers);

    // The first step of a sign-in: the attempt enters the queue for password hashing. A sign-in has two steps so that
    // no thread has to wait while its password is in the queue. Does not wait for the permit. The HashingQueue must
    // outlive the Waiting.
    //
    //   kTooManyAttempts   a budget of failures is used up; retryAfter is the time until the next attempt may be made
    //   kSignInBudgetUsed  the budget of successes of the account is used up; retryAfter likewise
    //   kPepperMissing     the password is sealed with a pepper that this host does not have. Unknown e-mails get this
    //                      as often as the tenant's accounts (README.md)
    //   kSignInBusy        the queue has no place for it: its account has one waiting, or the queue is full or locked
    // After each of them nothing was hashed or counted. Throws StorageUnavailable, and std::system_error if the queue
    // cannot be locked.
    Result<Waiting> begin(const Tenant&, SignInAttempt);

    // The second step, once isDecided(): checks the password and starts a new session, with its audit record. Blocks
    // for the hashing. Do not send the response before `effectiveAt`. A stored password of another cost than the
    // configured one is replaced by one of the configured cost. A sealed one stays sealed, from then on under the
    // current pepper.
    //
    //   kSignInRefused     wrong e-mail, wrong password, pending or suspended user: the same result after the same
    //                      work (PasswordHasher::matches), counted and recorded in the audit
    //   kTooManyAttempts   other attempts have used up a budget since the first step
    //   kSignInBudgetUsed  likewise; concurrent sign-ins of one account never exceed the budget together
    //   kPepperMissing     as above; the password was sealed since the first step
    //   kSignInBusy        it has waited too long, or another sign-in has taken its place in the queue
    // After the last four nothing is counted. After them nothing was hashed either, unless concurrent sign-ins used up
    // the budget of successes during the hashing, or sealed the password.
    // Throws StorageUnavailable if the attempt cannot be counted (then nothing was hashed), or later; OutcomeUnknown.
    // Throws what PasswordHasher::matches throws.
    Result<SignedIn> finish(Waiting);

    // Ends the session in the database, with its audit record. Returns the moment from which every host refuses the
    // session; do not send the response before it. Throws StorageUnavailable, OutcomeUnknown.
    EffectiveAt signOut(const Actor&, const secrets::SessionToken&);

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

    // Returns the version of the pepper that the check needs and that is not configured here. nullopt: it needs none.
    std::optional<int> missingPepper(const Tenant&, const Throttle::Source&, const std::optional<Account>&,
                                     const Users::PasswordKinds&) const;
    std::optional<int> missingPepperOfUnknown(std::uint64_t chosen, const std::map<int, std::size_t>& peppers) const;
    Error reported(int missingPepper) const;

    // Returns nullopt if the account's stored password is not the one that was checked any more.
    std::optional<Result<SignedIn>> start(Waiting&, const Checked&, const Throttle::Counted&);

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const secrets::PasswordHasher& passwords_;
    secrets::HashingQueue& queue_;
    const Clock& clock_;
    const secrets::PasswordSeal seal_{hasher_};
    Throttle throttle_{stores_, hasher_, clock_};
    PasswordsInUse inUse_;
    FaultReport& missingPeppers_;
};

// A sign-in between its two steps. Destruction removes it from the queue. For one thread at a time.
class SignInService::Waiting {
public:
    // Whether the wait for a permit is over, so that finish() may be called. Never blocks. Once true, it stays true.
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
