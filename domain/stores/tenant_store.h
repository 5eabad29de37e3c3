#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/base/result.h"
#include "domain/keys/api_key.h"
#include "domain/sign_in/session.h"
#include "domain/stores/audit_event.h"
#include "domain/users/user.h"

namespace claviger::domain {

// The tables of one tenant, as the domain speaks of them. Each interface works within the unit of work that
// handed it out (stores/tenant_stores.h); const methods read, the others write. All throw StorageUnavailable.

class Users {
public:
    virtual ~Users() = default;
    virtual std::optional<Account> findByEmail(const Email&) const = 0;
    virtual std::vector<User> list() const = 0;  // by e-mail

    // The costs of the users' stored passwords, each once, in no order. Reads every user's row.
    virtual std::vector<secrets::PasswordCost> passwordCosts() const = 0;

    //   kUserTaken  the e-mail exists; nothing changed
    virtual Result<void> add(const Account&) = 0;
    virtual void setStatus(const UserId&, UserStatus) = 0;
    virtual void setPassword(const UserId&, const secrets::PasswordHash&) = 0;

    struct StoredPassword {
        UserId user;
        secrets::PasswordHash hash;
    };

    // Stored passwords that are not sealed with that pepper: by their users' ids, those after `after`, at most `most`.
    virtual std::vector<StoredPassword> passwordsNotSealedWith(int pepperVersion, const std::optional<UserId>& after,
                                                               std::size_t most) const = 0;

    // Replaces a stored password by another form of the same one. False: it is another one by now, and stays.
    virtual bool replacePassword(const StoredPassword&, const secrets::PasswordHash& to) = 0;

    // How many stored passwords are sealed with each pepper; with 0, those that are not sealed.
    virtual std::map<int, std::size_t> countPasswordsByPepper() const = 0;

    // True if the user is approved. Until the end of the transaction nobody else can lock or change the user:
    // what one user does to their keys happens one after the other.
    virtual bool lockApproved(const UserId&) = 0;
};

class Sessions {
public:
    virtual ~Sessions() = default;

    // A session that has not ended and is within its limits (isWithinLimits), with its approved user.
    virtual std::optional<LiveSession> findLive(const secrets::SessionHash&, Timestamp now) const = 0;

    // The user must exist. The session holds until endAllOf ends it with the user's others.
    virtual void add(const secrets::SessionHash&, const Session&) = 0;
    virtual void touch(const secrets::SessionHash&, Timestamp seen) = 0;  // never backwards
    virtual void end(const secrets::SessionHash&, Timestamp now) = 0;     // already ended, or unknown: nothing happens

    // Ends the user's least recently seen open sessions until one more is allowed. Open means neither ended nor past
    // the absolute limit. The user must be locked. Sessions beyond twice the limit stay open until the next call.
    virtual void makeRoom(const UserId&, Timestamp now) = 0;

    // Ends all sessions of the user, however many there are, by one row. Returns how many of them were open, counted
    // up to kMostOpenSessions.
    virtual std::size_t endAllOf(const UserId&, Timestamp now) = 0;

    // Ends up to `most` open sessions that began before the last endAllOf of the user. Such a session is dead already,
    // but for workers of the release before, which compare no epoch. Returns how many it ended.
    virtual std::size_t endOlderOf(const UserId&, Timestamp now, std::size_t most) = 0;
};

// A user whose keys are to change: how many are alive, and when the budget of changes is whole again (ChangeLimit;
// nothing: no change was ever counted).
struct LockedUser {
    std::size_t livingKeys;
    std::optional<Timestamp> changesWholeAt;
};

// A user's key that is to change: what its next value takes over, and what the user may do.
struct LockedKey {
    struct Living {
        KeyName name;
        LineageId lineage;
        int generation;
        secrets::KeyHash hash;
    };
    bool userIsApproved;
    std::optional<Living> living;  // if the user has such a key
    std::optional<Timestamp> changesWholeAt{};
};

class ApiKeys {
public:
    virtual ~ApiKeys() = default;

    // For each of the users, at least one, in their order: their living keys, newest first.
    virtual std::vector<std::vector<ApiKey>> listLive(const std::vector<UserId>&) const = 0;
    virtual std::optional<ApiKey> findLiveByOnce(const secrets::OnceHash&) const = 0;

    virtual std::vector<KeyOwner> listAllLive() const = 0;  // of all users, by their e-mail, each's newest first

    // For each of the pairs, at least one, in their order: the living key with one of these hashes, if its user is
    // approved.
    virtual std::vector<std::optional<FoundKey>> findLive(const std::vector<KeyHashes>&) const = 0;

    // For each of the ids, at least one, in their order: the living key that has it, if its user is approved.
    virtual std::vector<std::optional<KeyOwner>> findOwners(const std::vector<ApiKeyId>&) const = 0;

    // Locks the user as Users::lockApproved does. Nothing if not approved.
    virtual std::optional<LockedUser> lockUser(const UserId&) = 0;

    // The same, for the user's living key with this id, which is locked too.
    virtual LockedKey lock(const UserId&, const ApiKeyId&) = 0;

    // Stores when the budget of changes of a user, who is locked, is whole again.
    virtual void setChangesWholeAt(const UserId&, Timestamp) = 0;

    // Whether a key was made with the one-time value, dead ones included. With the user locked it stays so.
    virtual bool isUsed(const secrets::OnceHash&) const = 0;

    //   kNameTaken  a live key of the user has the name; nothing changed
    virtual Result<void> add(const ApiKey&, const KeySecret&) = 0;

    // The key with this id, whosever and alive or dead.
    virtual std::optional<StoredKey> find(const ApiKeyId&) const = 0;

    // Adds a key under the name of one that this transaction has ended, with the user locked and the one-time value
    // looked at: nothing is left that could refuse it.
    virtual void addNext(const ApiKey&, const KeySecret&) = 0;

    // Soft-deletes a living key, which is locked, and remembers its hash among the dead.
    virtual void end(const ApiKeyId&, const LockedKey::Living&, Timestamp now) = 0;

    // The standing of a dead key counts as changed once more: whoever ended it may have died before every host knew.
    virtual void endAgain(const ApiKeyId&) = 0;

    // How many living keys are stored with each version of the pepper.
    virtual std::map<int, std::size_t> countLiveByPepper() const = 0;

    // A living key's hash under a later pepper.
    struct NewHash {
        secrets::KeyHash hash;
        int pepperVersion;
        bool operator==(const NewHash&) const = default;
    };

    // Adds uses up. The last one never goes backwards, and its caller goes with it. What is to move to a later pepper
    // does, while it lives and is stored with an earlier one; it stays the same key. Unknown keys are passed over.
    struct Use {
        ApiKeyId key;
        Timestamp at;
        Caller caller{};
        std::int64_t count = 1;  // so many, the last of them at `at`
        std::optional<NewHash> moved{};

        // Another one of the same key.
        void add(const Use& other) {
            count += other.count;
            if (other.moved) moved = other.moved;
            if (other.at < at) return;
            at = other.at;
            if (caller != other.caller) caller = other.caller;
        }
    };
    virtual void recordUses(const std::vector<Use>&) = 0;

    // More than that are better written in several transactions: so many take some 15 ms, with their rows locked.
    static constexpr std::size_t kMostUsesAtOnce = 1000;
};

class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual void add(const AuditEvent&) = 0;
};

// From `from` to `to`, both included.
struct Period {
    Timestamp from, to;
};

// The attempts to sign in, counted per budget. The cost of a look at a budget depends on its limit, never on the number
// of rows in the table. A database that refuses a statement counts as unavailable here: StorageUnavailable.
class LoginAttempts {
public:
    virtual ~LoginAttempts() = default;

    // When the n-th newest attempt of the period was counted; nothing if there were fewer. n counts from 1.
    virtual std::optional<Timestamp> nthNewest(const secrets::BudgetHash&, std::size_t n, const Period&) const = 0;
    virtual void add(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes one attempt of the budget that was counted at that moment; nothing happens if there is none.
    virtual void takeBack(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes the attempts of the budget from that moment on. Returns their number.
    virtual std::size_t forget(const secrets::BudgetHash&, Timestamp from) = 0;

    // Deletes attempts outside the period, of any budget: at most that many before it and as many after it.
    virtual void clearAway(const Period& kept, std::size_t most) = 0;
};

constexpr std::size_t kMostKnownDevices = 10;  // of a user; the least recently used one goes
constexpr std::chrono::days kDeviceIdleLimit{90};

// Browsers that have signed in to an account before. A user has at most kMostKnownDevices.
class KnownDevices {
public:
    virtual ~KnownDevices() = default;

    // Used within kDeviceIdleLimit. A device with a last use in the future, beyond the tolerance of clocks, is unknown.
    virtual bool knows(const UserId&, const secrets::DeviceHash&, Timestamp now) const = 0;
    virtual std::vector<secrets::DeviceHash> list(const UserId&) const = 0;  // the most recently used first

    // Writes the device's last use. Deletes the devices of the user that are unknown or too many. The user must be
    // locked.
    virtual void remember(const UserId&, const secrets::DeviceHash&, Timestamp now) = 0;
    virtual void forgetAllOf(const UserId&) = 0;
};

class TenantStore {
public:
    virtual ~TenantStore() = default;

    virtual Users& users() = 0;
    virtual Sessions& sessions() = 0;
    virtual ApiKeys& apiKeys() = 0;
    virtual AuditLog& audit() = 0;
    virtual LoginAttempts& loginAttempts() = 0;
    virtual KnownDevices& knownDevices() = 0;

    // A reader gets the same tables with their const methods alone.
    const Users& users() const { return const_cast<TenantStore*>(this)->users(); }
    const Sessions& sessions() const { return const_cast<TenantStore*>(this)->sessions(); }
    const ApiKeys& apiKeys() const { return const_cast<TenantStore*>(this)->apiKeys(); }
    const LoginAttempts& loginAttempts() const { return const_cast<TenantStore*>(this)->loginAttempts(); }
    const KnownDevices& knownDevices() const { return const_cast<TenantStore*>(this)->knownDevices(); }
};

}  // namespace claviger::domain
