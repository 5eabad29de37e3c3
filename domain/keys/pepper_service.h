#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/base/clock.h"
#include "domain/secrets/hasher.h"
#include "domain/stores/tenant_stores.h"
#include "domain/tenants/tenant_registry.h"

namespace claviger::domain {

// How many living keys are stored with each version of the pepper. The dead need none.
using KeysByPepper = std::map<int, std::size_t>;

// How many stored passwords are sealed with each version of the pepper; with 0, those that are not sealed.
using PasswordsByPepper = std::map<int, std::size_t>;

// The configured peppers, and those that the living keys and the sealed passwords need.
struct PepperStatus {
    int current;
    std::optional<int> other;

    struct OfTenant {
        Tenant tenant;
        KeysByPepper keys;
        PasswordsByPepper passwords{};
    };
    std::vector<OfTenant> tenants;  // by slug; without those that have no tables yet
    KeysByPepper together;
    PasswordsByPepper passwords{};  // of all tenants together

    struct Uncounted {
        Tenant tenant;
        std::string why;
    };
    std::vector<Uncounted> uncounted{};  // by slug: their keys could not be read, and are in no number

    // Stored with a pepper that is not configured: refused, although they live.
    std::size_t lost() const;

    // Sealed with a pepper that is not configured: their users cannot sign in.
    std::size_t lostPasswords() const;

    // Whether the other one is from before, and no living key and no password needs it any more. Not as long as a
    // tenant is uncounted.
    bool otherIsUnused() const;
};

// What became of the stored passwords of each tenant.
struct PasswordsSealed {
    struct OfTenant {
        Tenant tenant;
        std::size_t sealed;  // now; the others were sealed before
    };
    std::vector<OfTenant> tenants;  // by slug

    struct Failed {
        Tenant tenant;
        std::string why;
    };
    std::vector<Failed> failed{};  // not sealed, or not all of it
};

// Workers of a release are running that cannot open sealed passwords.
class SealingTooEarly : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Whether new passwords of this installation are sealed. Throws StorageUnavailable. Thread-safe.
class PasswordSealing {
public:
    virtual ~PasswordSealing() = default;
    virtual bool isOn() const = 0;
    virtual void turnOn(Timestamp now) = 0;

    // How many hosts with running workers are of a release that cannot open a sealed password. A host that ended
    // without a word counts for a minute.
    virtual std::size_t hostsWithoutSeal() const = 0;
};

// Counts for the replacement of the pepper, and seals stored passwords. Thread-safe: holds no mutable
// state.
class PepperService {
public:
    static constexpr std::size_t kBatch = 500;  // passwords in one transaction

    PepperService(const TenantRegistry&, TenantStores&, PasswordSealing&, const secrets::Hasher&,
                  const Clock&);  // must outlive this

    // Reads every living key's row. A tenant that cannot be read is named and stops no other. Throws
    // StorageUnavailable.
    PepperStatus status() const;

    // Seals every stored password with the current pepper, those of another pepper too; new ones are sealed from now
    // on. Run again it finishes what a crash left undone. A password that is replaced at the same time stays as it was
    // replaced. A tenant that cannot be sealed is named and stops no other. Throws StorageUnavailable. Throws
    // SealingTooEarly before anything is changed.
    PasswordsSealed sealPasswords();

private:
    struct Pass;

    std::size_t sealAllOf(const Tenant&) const;
    Pass passOver(const Tenant&) const;
    void sealSome(const Tenant&, const std::vector<Users::StoredPassword>&, Pass&) const;

    const TenantRegistry& registry_;
    TenantStores& stores_;
    PasswordSealing& sealing_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
};

}  // namespace claviger::domain
