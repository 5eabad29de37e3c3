#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/base/result.h"
#include "domain/model/api_key.h"
#include "domain/model/audit_event.h"
#include "domain/model/session.h"
#include "domain/model/user.h"

namespace claviger::domain {

// The tables of one tenant, in terms of the domain. Each object is valid only within the unit of work that handed it
// out (stores/tenant_stores.h), and is not thread-safe. Const methods read, the others write. All throw
// StorageUnavailable.

class Users {
public:
    virtual ~Users() = default;
    virtual std::optional<Account> findByEmail(const Email&) const = 0;  // of any status; nullopt if there is none
    virtual std::vector<User> list() const = 0;                          // by e-mail

    // Returns the costs of the users' stored passwords, each once, in no order; broken forms are left out. Reads every
    // user's row.
    virtual std::vector<secrets::PasswordCost> passwordCosts() const = 0;

    //   kUserTaken  the e-mail exists; nothing changed
    virtual Result<void> add(const Account&) = 0;
    virtual void setStatus(const UserId&, UserStatus) = 0;
    virtual void setPassword(const UserId&, const secrets::PasswordHash&) = 0;

    struct StoredPassword {
        UserId user;
        secrets::PasswordHash hash;
    };

    // Returns stored passwords that are not sealed with that pepper, in the order of their users' ids: those after
    // `after` (nullopt: from the first), at most `most`.
    virtual std::vector<StoredPassword> passwordsNotSealedWith(int pepperVersion, const std::optional<UserId>& after,
                                                               std::size_t most) const = 0;

    // Replaces a stored password by another form of the same password. Returns false if the stored form is a different
    // one by now; that one stays.
    virtual bool replacePassword(const StoredPassword&, const secrets::PasswordHash& to) = 0;

    // Returns the number of stored passwords that are sealed with each pepper. Version 0 counts the unsealed ones.
    virtual std::map<int, std::size_t> countPasswordsByPepper() const = 0;

    // Locks the user's row, and returns true if the user is approved. Until the end of the transaction no other one can
    // lock or change the user. So the changes of one user's keys are serialised. For transactions only.
    virtual bool lockApproved(const UserId&) = 0;
};

class Sessions {
public:
    virtual ~Sessions() = default;

    // Returns the session with its user. nullopt if it is unknown, has ended or is beyond its limits (isWithinLimits),
    // or if the user is not approved.
    virtual std::optional<LiveSession> findLive(const secrets::SessionHash&, Timestamp now) const = 0;

    // Stores a session. The user must exist. A later endAllOf of the user ends the session too.
    virtual void add(const secrets::SessionHash&, const Session&) = 0;
    virtual void touch(const secrets::SessionHash&, Timestamp seen) = 0;  // never backwards
    virtual void end(const secrets::SessionHash&, Timestamp now) = 0;     // ok if it has ended already, or is unknown

    // Ends the user's least recently seen open sessions until one more is allowed. Open means neither ended nor past
    // the absolute limit. The user must be locked. Sessions beyond twice the limit stay open until the next call.
    virtual void makeRoom(const UserId&, Timestamp now) = 0;

    // Ends all sessions of the user, in any number, by a change of one row. Returns how many of them were open, counted
    // up to kMostOpenSessions.
    virtual std::size_t endAllOf(const UserId&, Timestamp now) = 0;

    // Ends up to `most` open sessions that began before the last endAllOf of the user. Workers of this release refuse
    // such a session already. Workers of the release before, which compare no epoch, do not. Returns how many it ended.
    virtual std::size_t endOlderOf(const UserId&, Timestamp now, std::size_t most) = 0;
};

// A locked, approved user whose keys are to change: the number of active keys, and the time at which the budget of
// changes is full again (ChangeLimit; nullopt: no change was ever counted).
struct LockedUser {
    std::size_t livingKeys;
    std::optional<Timestamp> changesWholeAt;
};

// A locked key that is to change: the values that the next key takes over, and the state of its user.
struct LockedKey {
    struct Living {
        KeyName name;
        LineageId lineage;
        int generation;
        secrets::KeyHash hash;
    };
    bool userIsApproved;
    std::optional<Living> living;  // nullopt: the user has no active key with this id
    std::optional<Timestamp> changesWholeAt{};
};

class ApiKeys {
public:
    virtual ~ApiKeys() = default;

    // Returns one list for each of the users, in their order: the user's active keys, newest first. Needs at least one
    // user.
    virtual std::vector<std::vector<ApiKey>> listLive(const std::vector<UserId>&) const = 0;
    // Returns the active key that was made with this one-time value; nullopt if there is none.
    virtual std::optional<ApiKey> findLiveByOnce(const secrets::OnceHash&) const = 0;

    virtual std::vector<KeyOwner> listAllLive() const = 0;  // of all users, by their e-mail, each's newest first

    // Returns one result for each of the pairs, in their order: the active key with one of these hashes, if its user is
    // approved, otherwise nullopt. Needs at least one pair.
    virtual std::vector<std::optional<FoundKey>> findLive(const std::vector<KeyHashes>&) const = 0;

    // Returns one result for each of the ids, in their order: the active key with this id, if its user is approved,
    // otherwise nullopt. Needs at least one id.
    virtual std::vector<std::optional<KeyOwner>> findOwners(const std::vector<ApiKeyId>&) const = 0;

    // Locks the user as Users::lockApproved does. Returns nullopt if the user is not approved.
    virtual std::optional<LockedUser> lockUser(const UserId&) = 0;

    // Locks the user, of any status, and the user's active key with this id.
    virtual LockedKey lock(const UserId&, const ApiKeyId&) = 0;

    // Stores the time at which the budget of changes of a user is full again. The user must be locked.
    virtual void setChangesWholeAt(const UserId&, Timestamp) = 0;

    // Whether a key was made with the one-time value, revoked ones included. While the user is locked, the result
    // cannot change.
    virtual bool isUsed(const secrets::OnceHash&) const = 0;

    // Adds a key.
    //   kNameTaken     an active key of the user has the name; nothing changed
    //   kAlreadyShown  a key was made with the one-time value before; nothing changed
    virtual Result<void> add(const ApiKey&, const KeySecret&) = 0;

    // Returns the key with this id, of any user, active or revoked. nullopt if there is none.
    virtual std::optional<StoredKey> find(const ApiKeyId&) const = 0;

    // Adds a key under the name of one that this transaction has ended. The user must be locked and the one-time value
    // checked (isUsed). Then there is no reason left to refuse the key.
    virtual void addNext(const ApiKey&, const KeySecret&) = 0;

    // Soft-deletes an active key, which must be locked, and adds its hash to the dead keys.
    virtual void end(const ApiKeyId&, const LockedKey::Living&, Timestamp now) = 0;

    // Invalidates the cached entries of a revoked key once more: the process that revoked it may have died before every
    // host acted on it.
    virtual void endAgain(const ApiKeyId&) = 0;

    // Returns the number of active keys that are stored with each version of the pepper.
    virtual std::map<int, std::size_t> countLiveByPepper() const = 0;

    // The hash of an active key under a later pepper.
    struct NewHash {
        secrets::KeyHash hash;
        int pepperVersion;
        bool operator==(const NewHash&) const = default;
    };

    // One or more uses of a key.
    struct Use {
        ApiKeyId key;
        Timestamp at;
        Caller caller{};
        std::int64_t count = 1;          // the number of uses, the last of them at `at`
        std::optional<NewHash> moved{};  // the hash that the key moves to; nullopt: it stays

        // Adds uses of the same key.
        void add(const Use& other) {
            count += other.count;
            if (other.moved) moved = other.moved;
            if (other.at < at) return;
            at = other.at;
            if (caller != other.caller) caller = other.caller;
        }
    };

    // Adds the uses to their keys. The last use of a key, with its caller, is replaced only by a later one. A key with
    // `moved` gets the new hash, if it is active and stored with an earlier pepper; it stays the same key. Unknown keys
    // are skipped.
    virtual void recordUses(const std::vector<Use>&) = 0;

    // The most uses to write in one transaction: so many take some 15 ms, and lock their rows for that time.
    static constexpr std::size_t kMostUsesAtOnce = 1000;
};

class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual void add(const AuditEvent&) = 0;
};

// The time from `from` to `to`, both included.
struct Period {
    Timestamp from, to;
};

// The sign-in attempts, counted per budget. The cost of a query of a budget depends on its limit, never on the number
// of rows in the table. A refused statement counts as an unavailable database here: StorageUnavailable.
class LoginAttempts {
public:
    virtual ~LoginAttempts() = default;

    // Returns the time of the n-th newest attempt of the period. nullopt if there were fewer. n counts from 1.
    virtual std::optional<Timestamp> nthNewest(const secrets::BudgetHash&, std::size_t n, const Period&) const = 0;
    virtual void add(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes one attempt of the budget that was counted at that time. It is ok if there is none.
    virtual void takeBack(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes the attempts of the budget from that time on. Returns their number.
    virtual std::size_t forget(const secrets::BudgetHash&, Timestamp from) = 0;

    // Deletes attempts outside the period, of any budget: at most that many before it and as many after it.
    virtual void clearAway(const Period& kept, std::size_t most) = 0;
};

constexpr std::size_t kMostKnownDevices = 10;  // per user; beyond it the least recently used one is deleted
constexpr std::chrono::days kDeviceIdleLimit{90};

// Browsers that have signed in to an account before. A user has at most kMostKnownDevices.
class KnownDevices {
public:
    virtual ~KnownDevices() = default;

    // Whether the device was used within kDeviceIdleLimit. A device with a last use in the future, beyond
    // kClockTolerance, is unknown.
    virtual bool knows(const UserId&, const secrets::DeviceHash&, Timestamp now) const = 0;

    // Returns the user's devices, the most recently used first, at most kMostKnownDevices.
    virtual std::vector<secrets::DeviceHash> list(const UserId&) const = 0;

    // Writes the device's last use. Deletes the other devices of the user that are unknown by now or beyond
    // kMostKnownDevices. The user must be locked.
    virtual void remember(const UserId&, const secrets::DeviceHash&, Timestamp now) = 0;
    virtual void forgetAllOf(const UserId&) = 0;
};

// All tables of one tenant, within one unit of work. It owns the objects that it returns.
class TenantStore {
public:
    virtual ~TenantStore() = default;

    virtual Users& users() = 0;
    virtual Sessions& sessions() = 0;
    virtual ApiKeys& apiKeys() = 0;
    virtual AuditLog& audit() = 0;
    virtual LoginAttempts& loginAttempts() = 0;
    virtual KnownDevices& knownDevices() = 0;

    // The same tables for a reader, which may use only their const methods.
    const Users& users() const { return const_cast<TenantStore*>(this)->users(); }
    const Sessions& sessions() const { return const_cast<TenantStore*>(this)->sessions(); }
    const ApiKeys& apiKeys() const { return const_cast<TenantStore*>(this)->apiKeys(); }
    const LoginAttempts& loginAttempts() const { return const_cast<TenantStore*>(this)->loginAttempts(); }
    const KnownDevices& knownDevices() const { return const_cast<TenantStore*>(this)->knownDevices(); }
};

}  // namespace claviger::domain
