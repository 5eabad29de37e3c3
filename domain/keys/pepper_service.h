#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/base/clock.h"
#include "domain/ports/control/password_sealing.h"
#include "domain/ports/control/tenant_registry.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/password_seal.h"

namespace claviger::domain {

// The number of active keys that are stored with each version of the pepper. Revoked keys need no pepper.
using KeysByPepper = std::map<int, std::size_t>;

// The number of stored passwords that are sealed with each version of the pepper. Version 0 counts the unsealed ones.
using PasswordsByPepper = std::map<int, std::size_t>;

// The configured peppers, and those that the active keys and the sealed passwords need.
struct PepperStatus {
    int current;
    std::optional<int> other;

    struct OfTenant {
        Tenant tenant;
        KeysByPepper keys;
        PasswordsByPepper passwords{};
    };
    std::vector<OfTenant> tenants;  // by slug; without the tenants that have no tables yet
    KeysByPepper together;          // of all tenants together
    PasswordsByPepper passwords{};  // of all tenants together

    struct Uncounted {
        Tenant tenant;
        std::string why;
    };
    std::vector<Uncounted> uncounted{};  // by slug: their keys could not be read, and no count includes them

    // The number of active keys that are stored with a pepper that is not configured. Verify refuses them.
    std::size_t lost() const;

    // The number of passwords that are sealed with a pepper that is not configured. Their users cannot sign in.
    std::size_t lostPasswords() const;

    // Whether the other pepper is an earlier one, and no active key and no password needs it any more. False while a
    // tenant is uncounted.
    bool otherIsUnused() const;
};

// The result of sealing the stored passwords of each tenant.
struct PasswordsSealed {
    struct OfTenant {
        Tenant tenant;
        std::size_t sealed;  // by this run; the others were sealed before
    };
    std::vector<OfTenant> tenants;  // by slug

    struct Failed {
        Tenant tenant;
        std::string why;
    };
    std::vector<Failed> failed{};  // tenants with passwords that are not sealed; `why` has the reason
};

// Workers of an earlier release are running, and cannot open sealed passwords.
class SealingTooEarly : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Counts the keys and passwords of each pepper, so that a pepper can be replaced, and seals stored passwords.
// Thread-safe: holds no mutable state.
class PepperService {
public:
    static constexpr std::size_t kBatch = 500;  // passwords in one transaction

    PepperService(const TenantRegistry&, TenantStores&, PasswordSealing&, const secrets::Hasher&,
                  const Clock&);  // must outlive this

    // Returns the counts of all tenants. Reads the row of every active key and of every user. A tenant that cannot be
    // read is returned as uncounted, and the others are counted. Throws StorageUnavailable.
    PepperStatus status() const;

    // Turns sealing on, then seals every stored password with the current pepper, those of another pepper too. A second
    // run finishes what a crash left undone. Does not overwrite a password that is replaced at the same time. A tenant
    // that cannot be sealed is returned as failed, and the others are sealed. Throws StorageUnavailable. Throws
    // SealingTooEarly or PepperDiffers before anything is changed.
    PasswordsSealed sealPasswords();

    // Returns what sealPasswords would return now, and changes nothing. Throws what it would throw.
    PasswordsSealed planSealing() const;

private:
    struct Pass;

    void refuseUnfit() const;
    PasswordsSealed ofEachTenant(const std::function<std::size_t(const Tenant&)>& seal) const;
    std::size_t sealAllOf(const Tenant&) const;
    std::size_t countToSealOf(const Tenant&) const;
    void eachBatchToSeal(const Tenant&, const std::function<void(const std::vector<Users::StoredPassword>&)>&) const;
    Pass passOver(const Tenant&) const;
    static void countUnopened(const secrets::PasswordSeal&, const secrets::PasswordHash&, Pass&);
    void sealSome(const Tenant&, const std::vector<Users::StoredPassword>&, Pass&) const;

    const TenantRegistry& registry_;
    TenantStores& stores_;
    PasswordSealing& sealing_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
};

}  // namespace claviger::domain
