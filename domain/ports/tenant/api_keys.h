#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/base/result.h"
#include "domain/model/api_key.h"

namespace claviger::domain {

// A locked, approved user whose keys are to change: the number of active keys, and the time at which the budget of
// changes is full again (ChangeLimit; nullopt: no change was ever counted).
struct LockedUser {
    std::size_t activeKeys;
    std::optional<Timestamp> changesWholeAt;
};

// A locked key that is to change: the values that the next key takes over, and the state of its user.
struct LockedKey {
    struct Active {
        KeyName name;
        LineageId lineage;
        int generation;
        secrets::KeyHash hash;
        Timestamp createdAt;
        std::optional<Timestamp> expiresAt{};
        std::optional<KeyDisabling> disabled{};
    };
    bool userIsApproved;
    std::optional<Active> active;  // nullopt: the user has no active key with this id
    std::optional<Timestamp> changesWholeAt{};
};

// The API keys of one tenant, within one unit of work (tenant_store.h).
class ApiKeys {
public:
    virtual ~ApiKeys() = default;

    // Returns one list for each of the users, in their order; nullopt if there is no such user. Needs at least one
    // user.
    virtual std::vector<std::optional<OwnedKeys>> listActive(const std::vector<UserId>&) const = 0;
    // Returns the active key that was made with this one-time value; nullopt if there is none.
    virtual std::optional<ApiKey> findActiveByOnce(const secrets::OnceHash&) const = 0;

    virtual std::vector<KeyOwner> listAllActive() const = 0;  // of all users, by their e-mail, each's newest first

    // Returns one result for each of the pairs, in their order: the key with one of these hashes. It is active if it
    // was not revoked and its user is approved, and dead if it was revoked. An active key may be expired or disabled,
    // as its policy says. Needs at least one pair.
    virtual std::vector<KeyByHash> findByHash(const std::vector<KeyHashes>&) const = 0;

    // Locks the user as Users::lockApproved does. Returns nullopt if the user is not approved.
    virtual std::optional<LockedUser> lockUser(const UserId&) = 0;

    // Locks the user, of any status, and the user's active key with this id.
    virtual LockedKey lock(const UserId&, const ApiKeyId&) = 0;

    // Stores the time at which the budget of changes of a user is full again. The user must be locked.
    virtual void setChangesWholeAt(const UserId&, Timestamp) = 0;

    // Whether a key was made with the one-time value, revoked ones included. While the user is locked, the result
    // cannot change.
    virtual bool isUsed(const secrets::OnceHash&) const = 0;

    // Adds a key, and invalidates the cached list of its user. These refusals are the result of the whole transaction,
    // of which nothing is stored then:
    //   kNameTaken     an active key of the user has the name
    //   kAlreadyShown  a key was made with the one-time value before
    virtual void add(const ApiKey&, const KeySecret&) = 0;

    // Returns the key with this id, of any user, active or revoked. nullopt if there is none.
    virtual std::optional<StoredKey> find(const ApiKeyId&) const = 0;

    // Adds a key under the name of one that this transaction has ended, which invalidates the list. The user must be
    // locked and the one-time value checked (isUsed). Then there is no reason left to refuse the key.
    virtual void addNext(const ApiKey&, const KeySecret&) = 0;

    // Soft-deletes an active key, which must be locked, and adds its hash to the dead keys. Invalidates what is cached
    // of it, also the lists that have it.
    virtual void end(const ApiKeyId&, const LockedKey::Active&, Timestamp now) = 0;

    // Disables an active key, which must be locked; nullopt: enables it. Invalidates what is cached of it, also the
    // lists that have it, even where nothing changes. A disabled key is not in the index.
    virtual void setDisabled(const ApiKeyId&, const std::optional<KeyDisabling>&) = 0;

    // Invalidates what is cached of a revoked key once more: the process that revoked it may have died before every
    // host acted on it.
    virtual void endAgain(const ApiKeyId&) = 0;

    // Returns the number of active keys that are stored with each version of the pepper.
    virtual std::map<int, std::size_t> countActiveByPepper() const = 0;

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
        ClientInfo caller{};
        std::int64_t count = 1;           // the number of uses, the last of them at `at`
        std::optional<NewHash> moved{};   // the hash that the key moves to; nullopt: it stays
        std::optional<UserId> toIndex{};  // the key's user, if the index lacks the key (KeyIndex)

        // Adds uses of the same key.
        void add(const Use& other) {
            count += other.count;
            if (other.moved) moved = other.moved;
            if (other.toIndex) toIndex = other.toIndex;
            if (other.at < at) return;
            at = other.at;
            if (caller != other.caller) caller = other.caller;
        }
    };

    // Adds the uses to their keys. The last use of a key, with its caller, is replaced only by a later one. A key with
    // `moved` gets the new hash, if it is active and stored with an earlier pepper; it stays the same key. A key with
    // `toIndex` is added to the index, if it is active and not disabled, and its user is approved. Unknown keys are
    // skipped.
    virtual void recordUses(const std::vector<Use>&) = 0;

    // The most uses to write in one transaction: so many take some 15 ms, and lock their rows for that time.
    static constexpr std::size_t kMostUsesAtOnce = 1000;
};

}  // namespace claviger::domain
