#include "domain/keys/pepper_service.h"

#include <stdexcept>
#include <utility>

#include "domain/base/failure_of.h"
#include "domain/ports/control/tenant_archive.h"
#include "domain/secrets/password_seal.h"

namespace claviger::domain {
namespace {

constexpr int kMostPasses = 5;  // over one tenant, if its passwords change during the run

std::string passwords(std::size_t count) {
    return std::to_string(count) + " password(s)";
}

// Names each missing version with the remedy, then the passwords that nothing opens.
std::string whyUnopened(const std::map<int, std::size_t>& missing, std::size_t changed) {
    std::string why;
    for (const auto& [version, count] : missing)
        why += (why.empty() ? "" : "; ") + passwords(count) + " need the pepper of version " + std::to_string(version) +
               ", which is not configured: bring it back as pepper.other_file, then run this again";
    if (changed > 0)
        why += (why.empty() ? "" : "; ") + passwords(changed) +
               " do not open, since their rows were changed: `claviger user set-password` replaces them";
    return why;
}

}  // namespace

std::size_t PepperStatus::lost() const {
    std::size_t lost = 0;
    for (const auto& [version, keys] : together)
        if (version != current && version != other) lost += keys;
    return lost;
}

std::size_t PepperStatus::lostPasswords() const {
    std::size_t lost = 0;
    for (const auto& [version, count] : passwords)
        if (version != 0 && version != current && version != other) lost += count;
    return lost;
}

bool PepperStatus::otherIsUnused() const {
    return uncounted.empty() && other && *other < current && !together.contains(*other) && !passwords.contains(*other);
}

PepperService::PepperService(const TenantRegistry& registry, TenantStores& stores, PasswordSealing& sealing,
                             const secrets::Hasher& hasher, const Clock& clock)
    : registry_(registry), stores_(stores), sealing_(sealing), hasher_(hasher), clock_(clock) {}

PepperStatus PepperService::status() const {
    PepperStatus status{hasher_.pepperVersion(), {}, {}, {}};
    if (hasher_.other() != nullptr) status.other = hasher_.other()->pepperVersion();
    for (auto& tenant : registry_.list()) {
        if (tenant.schemaVersion == 0) continue;
        KeysByPepper keys;
        PasswordsByPepper passwords;
        auto why = failureOf([&] {
            keys = stores_.read(tenant, [](const TenantStore& store) { return store.apiKeys().countActiveByPepper(); });
            passwords =
                stores_.read(tenant, [](const TenantStore& store) { return store.users().countPasswordsByPepper(); });
        });
        if (!why.empty()) {
            status.uncounted.push_back({std::move(tenant), std::move(why)});
            continue;
        }
        for (const auto& [version, count] : keys) status.together[version] += count;
        for (const auto& [version, count] : passwords) status.passwords[version] += count;
        status.tenants.push_back({std::move(tenant), std::move(keys), std::move(passwords)});
    }
    return status;
}

PasswordsSealed PepperService::sealPasswords() {
    refuseUnfit();
    sealing_.turnOn(clock_.now());  // first, so that the tool seals every password that it stores from here on
    return ofEachTenant([this](const Tenant& tenant) { return sealAllOf(tenant); });
}

PasswordsSealed PepperService::planSealing() const {
    refuseUnfit();
    return ofEachTenant([this](const Tenant& tenant) { return countToSealOf(tenant); });
}

// With another pepper of a version that is in use, every sealed password would be shut on the other hosts.
void PepperService::refuseUnfit() const {
    if (const auto version = sealing_.differingPepper(hasher_.fingerprints())) throw PepperDiffers(*version);
    if (const auto hosts = sealing_.hostsWithoutSeal(); hosts > 0)
        throw SealingTooEarly("workers of an earlier release run on " + std::to_string(hosts) +
                              (hosts == 1 ? " host" : " hosts") + ", and they cannot open sealed passwords");
}

PasswordsSealed PepperService::ofEachTenant(const std::function<std::size_t(const Tenant&)>& seal) const {
    PasswordsSealed done;
    for (auto& tenant : registry_.list()) {
        if (tenant.schemaVersion == 0) continue;
        std::size_t sealed = 0;
        auto why = failureOf([&] { sealed = seal(tenant); });
        if (why.empty())
            done.tenants.push_back({std::move(tenant), sealed});
        else
            done.failed.push_back({std::move(tenant), std::move(why)});
    }
    return done;
}

// The result of one pass over all passwords of a tenant that this pepper does not seal.
struct PepperService::Pass {
    std::size_t sealed = 0;
    std::map<int, std::size_t> missing{};  // by the version of a pepper that is not configured
    std::size_t changed = 0;               // their pepper is configured, and yet they do not open
    std::size_t replaced = 0;              // by others, between the read and the write
};

// A worker that read a password before it was sealed may store it again unsealed. Another pass seals it then.
std::size_t PepperService::sealAllOf(const Tenant& tenant) const {
    std::size_t sealed = 0;
    for (int passes = 0; passes < kMostPasses; ++passes) {
        const auto pass = passOver(tenant);
        sealed += pass.sealed;
        if (pass.replaced > 0) continue;
        if (pass.missing.empty() && pass.changed == 0) return sealed;
        throw std::runtime_error(whyUnopened(pass.missing, pass.changed));
    }
    throw std::runtime_error("its passwords change all the time; run this again");
}

void PepperService::countUnopened(const secrets::PasswordSeal& seal, const secrets::PasswordHash& hash, Pass& pass) {
    if (const auto version = seal.missingPepper(hash))
        ++pass.missing[*version];
    else
        ++pass.changed;
}

std::size_t PepperService::countToSealOf(const Tenant& tenant) const {
    const secrets::PasswordSeal seal(hasher_);
    Pass pass;
    eachBatchToSeal(tenant, [&](const auto& batch) {
        for (const auto& password : batch)
            if (seal.open(tenant.id, password.user, password.hash))
                ++pass.sealed;
            else
                countUnopened(seal, password.hash, pass);
    });
    if (!pass.missing.empty() || pass.changed > 0) throw std::runtime_error(whyUnopened(pass.missing, pass.changed));
    return pass.sealed;
}

// Skips a password that does not open, and counts it.
PepperService::Pass PepperService::passOver(const Tenant& tenant) const {
    Pass pass;
    eachBatchToSeal(tenant, [&](const auto& batch) { sealSome(tenant, batch, pass); });
    return pass;
}

void PepperService::eachBatchToSeal(const Tenant& tenant,
                                    const std::function<void(const std::vector<Users::StoredPassword>&)>& use) const {
    std::optional<UserId> after;
    while (true) {
        const auto batch = stores_.read(tenant, [&](const TenantStore& store) {
            return store.users().passwordsNotSealedWith(hasher_.pepperVersion(), after, kBatch);
        });
        if (batch.empty()) return;
        after = batch.back().user;
        use(batch);
    }
}

void PepperService::sealSome(const Tenant& tenant, const std::vector<Users::StoredPassword>& batch, Pass& pass) const {
    const secrets::PasswordSeal seal(hasher_);
    std::vector<std::pair<Users::StoredPassword, secrets::PasswordHash>> renewed;
    for (const auto& password : batch) {
        const auto opened = seal.open(tenant.id, password.user, password.hash);
        if (opened)
            renewed.emplace_back(password, seal.seal(tenant.id, password.user, *opened));
        else
            countUnopened(seal, password.hash, pass);
    }
    const auto stored = stores_.transact<std::size_t>(tenant, [&](TenantStore& store) -> Result<std::size_t> {
        std::size_t replaced = 0;
        for (const auto& [password, form] : renewed)
            if (store.users().replacePassword(password, form)) ++replaced;
        return replaced;
    });
    pass.sealed += stored.value();
    pass.replaced += renewed.size() - stored.value();
}

}  // namespace claviger::domain
