#include "domain/sign_in/sign_in_service.h"

#include <cstring>

namespace claviger::domain {
namespace {

Error busy(const char* why) {
    constexpr std::chrono::seconds kComeAgain{2};
    return {ErrorCode::kSignInBusy, why, kComeAgain};
}

std::uint64_t shortened(const secrets::BudgetHash& hash) {
    std::uint64_t number = 0;
    std::memcpy(&number, hash.octets().data(), sizeof number);
    return number;
}

}  // namespace

SignInService::SignInService(TenantStores& stores, const secrets::Hasher& hasher,
                             const secrets::PasswordHasher& passwords, secrets::HashingQueue& queue, const Clock& clock)
    : stores_(stores), hasher_(hasher), passwords_(passwords), queue_(queue), clock_(clock), costs_(stores, clock) {}

Result<SignInService::Waiting> SignInService::begin(const Tenant& tenant, SignInAttempt attempt) {
    const auto email = Email::parse(attempt.email);
    auto account = !email.ok() ? std::nullopt : stores_.read(tenant, [&](const TenantStore& store) {
        return store.users().findByEmail(email.value());
    });
    // Looked up for an unknown e-mail too: time must not show which accounts exist.
    const auto owner = account ? account->user.id : UserId::make(clock_.now());
    const Throttle::Source source{email.ok() ? email.value().text() : attempt.email, attempt.origin.address,
                                  knownDevice(tenant, owner, attempt.device)};
    auto budgets = throttle_.budgetsOf(tenant, source);
    if (auto refusal = throttle_.refusal(tenant, budgets)) return *refusal;

    auto costs = costs_.of(tenant);  // here, since a look at the database would hold a permit later
    auto place = queue_.enter(claimOf(tenant, source));
    if (!place) return busy("the queue for password hashing has no place");
    return Waiting(tenant, std::move(attempt), std::move(account), source.device.has_value(), std::move(budgets),
                   std::move(costs), std::move(*place));
}

Result<SignedIn> SignInService::finish(Waiting waiting) {
    auto permit = std::move(waiting.place_).permit();
    if (!permit) return busy("no permit to hash in time");
    const auto& tenant = waiting.tenant_;
    const auto& account = waiting.account_;
    const auto counted = throttle_.count(tenant, waiting.budgets_);  // other attempts may have failed since
    if (!counted.ok()) return counted.error();

    const auto stored = account ? std::optional(account->passwordHash) : std::nullopt;
    const auto match = passwords_.matches(*permit, waiting.attempt_.password, stored, waiting.costs_);
    permit.reset();
    if (!match || account->user.status != UserStatus::kApproved) {
        recordRefusal(tenant, account, waiting.attempt_.origin);
        return ErrorCode::kSignInRefused;
    }
    return start(tenant, *account, std::move(waiting.attempt_), waiting.knownDevice_, counted.value(), match.renewed);
}

SettledAt SignInService::signOut(const Actor& actor, const secrets::SessionToken& token) {
    const auto now = clock_.now();
    const auto ended = stores_.transactSettling<void>(actor.tenant(), [&](TenantStore& store) -> Result<void> {
        end(store, actor.tenant(), token, now);
        store.audit().add({now, AuditAction::kSignedOut, actor.user().id, {}, actor.origin()});
        return {};
    });
    return ended.settledAt;  // this work refuses nothing
}

// Under either pepper, like the next one.
std::optional<secrets::DeviceHash> SignInService::knownDevice(const Tenant& tenant, const UserId& owner,
                                                              const std::optional<secrets::DeviceToken>& token) const {
    if (!token) return std::nullopt;
    for (const auto* hasher : {&hasher_, hasher_.other()}) {
        if (hasher == nullptr) continue;
        const auto hash = hasher->hash(tenant.id, *token);
        if (stores_.read(tenant, [&](const TenantStore& store) {
                return store.knownDevices().knows(owner, hash, clock_.now());
            }))
            return hash;
    }
    return std::nullopt;
}

void SignInService::end(TenantStore& store, const Tenant& tenant, const secrets::SessionToken& token,
                        Timestamp now) const {
    store.sessions().end(hasher_.hash(tenant.id, token), now);
    if (hasher_.other() != nullptr) store.sessions().end(hasher_.other()->hash(tenant.id, token), now);
}

secrets::HashingClaim SignInService::claimOf(const Tenant& tenant, const Throttle::Source& source) const {
    using Device = secrets::HashingClaim::Device;
    const auto digest = [&](const std::string& text) { return shortened(hasher_.hashBudget(tenant.id, text)); };
    return {digest("tenant"), digest("address " + networkOf(source.address)), digest("account " + source.account),
            source.device ? Device::kKnown : Device::kOther};
}

void SignInService::recordRefusal(const Tenant& tenant, const std::optional<Account>& account,
                                  const RequestOrigin& origin) {
    const auto recorded = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        const auto user = account ? std::optional(account->user.id) : std::nullopt;
        store.audit().add({clock_.now(), AuditAction::kSignInRefused, user, {}, origin});
        return {};
    });
    (void)recorded;  // this work refuses nothing
    throttle_.clearAway(tenant);
}

Result<SignedIn> SignInService::start(const Tenant& tenant, const Account& account, SignInAttempt attempt,
                                      bool knownDevice, const Throttle::Counted& counted,
                                      const std::optional<secrets::PasswordHash>& renewed) {
    const auto& user = account.user;
    const auto now = clock_.now();
    auto token = secrets::SessionToken::generate();
    auto device = knownDevice ? std::move(*attempt.device) : secrets::DeviceToken::generate();

    auto [stored, settledAt] = stores_.transactSettling<void>(tenant, [&](TenantStore& store) -> Result<void> {
        if (!store.users().lockApproved(user.id)) return ErrorCode::kSignInRefused;
        // A password that was replaced meanwhile opens nothing: its sessions were ended before this one began.
        const auto current = store.users().findByEmail(user.email);
        if (!current || current->passwordHash.stored() != account.passwordHash.stored())
            return ErrorCode::kSignInRefused;
        if (renewed) store.users().setPassword(user.id, *renewed);
        if (attempt.previous) end(store, tenant, *attempt.previous, now);
        store.sessions().makeRoom(user.id, now);
        store.sessions().add(hasher_.hash(tenant.id, token), {user.id, now, now, now + kSessionAbsoluteLimit});
        throttle_.succeed(store, counted, now);
        store.knownDevices().remember(user.id, hasher_.hash(tenant.id, device), now);
        store.audit().add({now, AuditAction::kSignedIn, user.id, {}, attempt.origin});
        return {};
    });
    if (!stored.ok()) return stored.error();
    return SignedIn{std::move(token), std::move(device), settledAt};
}

}  // namespace claviger::domain
