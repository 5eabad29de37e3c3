#include "domain/sign_in/sign_in_service.h"

#include <cstring>

namespace claviger::domain {
namespace {

Error busy(const char* why) {
    constexpr std::chrono::seconds kComeAgain{2};
    return {ErrorCode::kSignInBusy, why, kComeAgain};
}

bool isRefused(const Result<SignedIn>& started) {
    return !started.ok() && started.error().code == ErrorCode::kSignInRefused;
}

std::uint64_t shortened(const secrets::BudgetHash& hash) {
    std::uint64_t number = 0;
    std::memcpy(&number, hash.octets().data(), sizeof number);
    return number;
}

}  // namespace

SignInService::SignInService(TenantStores& stores, const secrets::Hasher& hasher,
                             const secrets::PasswordHasher& passwords, secrets::HashingQueue& queue, const Clock& clock,
                             FaultReport& missingPeppers)
    : stores_(stores),
      hasher_(hasher),
      passwords_(passwords),
      queue_(queue),
      clock_(clock),
      inUse_(stores, clock),
      missingPeppers_(missingPeppers) {}

Result<SignInService::Waiting> SignInService::begin(const Tenant& tenant, SignInAttempt attempt) {
    const auto email = Email::parse(attempt.email);
    const auto account = read(tenant, attempt.email);
    // The device is looked up for an unknown e-mail too: the time must not reveal which accounts exist.
    const auto owner = account ? account->user.id : UserId::make(clock_.now());
    const Throttle::Source source{email.ok() ? email.value().text() : attempt.email, attempt.origin.address,
                                  knownDevice(tenant, owner, attempt.device)};
    auto budgets = throttle_.budgetsOf(tenant, source);
    if (auto refusal = throttle_.refusal(tenant, budgets)) return *refusal;

    auto kinds = inUse_.of(tenant);  // before the queue: later, this query would hold a permit
    if (const auto version = missingPepper(tenant, source, account, kinds)) return reported(*version);
    auto place = queue_.enter(claimOf(tenant, source));
    if (!place) return busy("the queue for password hashing has no place, or a stopped process locks it");
    return Waiting(tenant, std::move(attempt), source.device.has_value(), std::move(budgets), std::move(kinds.costs),
                   std::move(*place));
}

// The result of a check of a password, and its account.
struct SignInService::Checked {
    std::optional<Account> account;  // as it was read under the permit
    bool matches = false;
    std::optional<secrets::PasswordHash> replacement{};  // of the stored form, where it matches
};

// The permit is held until the session is stored. Only one sign-in of an account has a permit on this host, so the next
// one reads the password that this one has renewed. A sign-in on another host may renew it too. A correct password is
// then checked once more.
Result<SignedIn> SignInService::finish(Waiting waiting) {
    auto permit = std::move(waiting.place_).permit();
    if (!permit) return busy("no permit to hash in time");
    const auto& tenant = waiting.tenant_;
    const auto counted = throttle_.count(tenant, waiting.budgets_);  // other attempts may have failed since begin()
    if (!counted.ok()) return counted.error();

    std::optional<Account> account;
    for (int attempts = 0; attempts < 2; ++attempts) {
        auto found = read(tenant, waiting.attempt_.email);
        if (const auto version = found ? seal_.missingPepper(found->passwordHash) : std::nullopt) {
            permit.reset();
            throttle_.giveBack(tenant, counted.value());
            return reported(*version);
        }
        const auto checked = check(*permit, waiting, std::move(found));
        account = checked.account;
        if (!checked.matches) break;
        auto started = start(waiting, checked, counted.value());
        if (!started) continue;
        if (isRefused(*started)) break;
        permit.reset();
        throttle_.clearAway(tenant);
        return *std::move(started);
    }
    permit.reset();
    recordRefusal(tenant, account, waiting.attempt_.origin);
    return ErrorCode::kSignInRefused;
}

// Queries the database for an unknown e-mail too: the time must not reveal which accounts exist.
std::optional<Account> SignInService::read(const Tenant& tenant, const std::string& email) const {
    const auto parsed = Email::parse(email);
    if (!parsed.ok()) return std::nullopt;
    return stores_.read(tenant, [&](const TenantStore& store) { return store.users().findByEmail(parsed.value()); });
}

std::optional<int> SignInService::missingPepper(const Tenant& tenant, const Throttle::Source& source,
                                                const std::optional<Account>& account,
                                                const Users::PasswordKinds& kinds) const {
    const auto chosen = shortened(hasher_.hashBudget(tenant.id, "pepper " + source.account));
    const auto ofUnknown = missingPepperOfUnknown(chosen, kinds.peppers);
    return account ? seal_.missingPepper(account->passwordHash) : ofUnknown;
}

// Gives an unknown e-mail the place of one of the tenant's accounts. The missing peppers have the first places, so that
// an e-mail changes sides at most once while the passwords move to another pepper.
std::optional<int> SignInService::missingPepperOfUnknown(std::uint64_t chosen,
                                                         const std::map<int, std::size_t>& peppers) const {
    std::uint64_t all = 0;
    for (const auto& [version, count] : peppers) all += count;
    auto place = (chosen >> 32) * all >> 32;  // 0 … all-1, evenly
    for (const auto& [version, count] : peppers) {
        if (seal_.hasPepper(version)) continue;
        if (place < count) return version;
        place -= count;
    }
    return std::nullopt;
}

Error SignInService::reported(int missingPepper) const {
    constexpr std::chrono::seconds kComeAgain{1};
    Error error{ErrorCode::kPepperMissing,
                "a password is sealed with the pepper of version " + std::to_string(missingPepper) +
                    ", which is not configured on this host: bring it back as pepper.other_file",
                kComeAgain};
    missingPeppers_.failed(error.detail);
    return error;
}

// A sealed password that does not open matches nothing: its row was changed.
SignInService::Checked SignInService::check(const secrets::HashingQueue::Permit& permit, const Waiting& waiting,
                                            std::optional<Account> account) const {
    const auto opened =
        account ? seal_.open(waiting.tenant_.id, account->user.id, account->passwordHash) : std::nullopt;
    auto match = passwords_.matches(permit, waiting.attempt_.password, opened, waiting.costs_);
    if (!match || account->user.status != UserStatus::kApproved) return {std::move(account)};
    auto replacement = replacementOf(waiting.tenant_, *account, *opened, std::move(match.renewed));
    return {std::move(account), true, std::move(replacement)};
}

// Returns the form to store in place of the account's, or nullopt if it may stay. The new form is never sealed under an
// earlier pepper than the stored one: while a pepper is being replaced, hosts differ in their current pepper.
std::optional<secrets::PasswordHash> SignInService::replacementOf(const Tenant& tenant, const Account& account,
                                                                  const secrets::PasswordHash& opened,
                                                                  std::optional<secrets::PasswordHash> renewed) const {
    if (!account.passwordHash.sealedWith()) return renewed;
    if (!renewed && !seal_.isOutdated(account.passwordHash)) return std::nullopt;
    return seal_.seal(tenant.id, account.user.id, renewed ? *renewed : opened);
}

EffectiveAt SignInService::signOut(const Actor& actor, const secrets::SessionToken& token) {
    const auto now = clock_.now();
    const auto ended = stores_.transactRevocation<void>(actor.tenant(), [&](TenantStore& store) -> Result<void> {
        end(store, actor.tenant(), token, now);
        store.audit().add({now, AuditAction::kSignedOut, actor.user().id, {}, actor.origin()});
        return {};
    });
    return ended.effectiveAt;  // this work refuses nothing
}

// Looks the device up under either pepper, as end() does with the session.
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

std::optional<Result<SignedIn>> SignInService::start(Waiting& waiting, const Checked& checked,
                                                     const Throttle::Counted& counted) {
    const auto& tenant = waiting.tenant_;
    auto& attempt = waiting.attempt_;
    const auto& user = checked.account->user;
    const auto now = clock_.now();
    auto token = secrets::SessionToken::generate();
    auto fresh = waiting.knownDevice_ ? std::nullopt : std::optional(secrets::DeviceToken::generate());
    auto& device = fresh ? *fresh : *attempt.device;

    bool isAnother = false;
    auto [stored, effectiveAt] = stores_.transactRevocation<void>(tenant, [&](TenantStore& store) -> Result<void> {
        if (!store.users().lockApproved(user.id)) return ErrorCode::kSignInRefused;
        const auto current = store.users().findByEmail(user.email);
        isAnother = !current || current->passwordHash.stored() != checked.account->passwordHash.stored();
        if (isAnother) return ErrorCode::kSignInRefused;
        if (checked.replacement) store.users().setPassword(user.id, *checked.replacement);
        if (attempt.previous) end(store, tenant, *attempt.previous, now);
        store.sessions().makeRoom(user.id, now);
        store.sessions().add(hasher_.hash(tenant.id, token), {user.id, now, now, now + kSessionAbsoluteLimit});
        if (auto succeeded = throttle_.succeed(store, counted, now); !succeeded.ok()) return succeeded;
        store.knownDevices().add(user.id, hasher_.hash(tenant.id, device), now);
        store.audit().add({now, AuditAction::kSignedIn, user.id, {}, attempt.origin});
        return {};
    });
    if (isAnother) return std::nullopt;
    if (!stored.ok() && stored.error().code == ErrorCode::kSignInBudgetUsed) throttle_.giveBack(tenant, counted);
    if (!stored.ok()) return Result<SignedIn>(stored.error());
    return Result<SignedIn>(SignedIn{std::move(token), std::move(device), effectiveAt});
}

}  // namespace claviger::domain
