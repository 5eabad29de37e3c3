#include "domain/sign_in/sign_in_service.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace claviger::domain {
namespace {

std::chrono::seconds untilOrOne(Timestamp moment, Timestamp now) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(moment - now), std::chrono::seconds{1});
}

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

std::string networkOf(const std::string& address) {
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return address;
    char text[INET6_ADDRSTRLEN];
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMapped.begin(), kMapped.end(), parsed.s6_addr))
        return ::inet_ntop(AF_INET, parsed.s6_addr + kMapped.size(), text, sizeof text);
    std::fill(parsed.s6_addr + 8, parsed.s6_addr + 16, std::uint8_t{0});
    return std::string(::inet_ntop(AF_INET6, &parsed, text, sizeof text)) + "/64";
}

SignInService::SignInService(TenantStores& stores, const secrets::Hasher& hasher,
                             const secrets::PasswordHasher& passwords, secrets::HashingQueue& queue, const Clock& clock)
    : stores_(stores), hasher_(hasher), passwords_(passwords), queue_(queue), clock_(clock) {}

Result<SignInService::Waiting> SignInService::begin(const Tenant& tenant, SignInAttempt attempt) {
    const auto email = Email::parse(attempt.email);
    auto account = !email.ok() ? std::nullopt : stores_.read(tenant, [&](const TenantStore& store) {
        return store.users().findByEmail(email.value());
    });
    const auto typed = email.ok() ? email.value().text() : attempt.email;
    // Looked up for an unknown e-mail too: time must not show which accounts exist.
    const auto owner = account ? account->user.id : UserId::make(clock_.now());
    const bool knownDevice = attempt.device && knows(tenant, owner, *attempt.device);
    auto budgets = budgetsOf(tenant, attempt, typed, knownDevice);
    if (auto refusal = throttled(tenant, budgets)) return *refusal;

    auto place = queue_.enter(claimOf(tenant, attempt, typed, knownDevice));
    if (!place) return busy("the queue for password hashing has no place");
    return Waiting(tenant, std::move(attempt), std::move(account), knownDevice, std::move(budgets), std::move(*place));
}

Result<SignedIn> SignInService::finish(Waiting waiting) {
    auto permit = std::move(waiting.place_).permit();
    if (!permit) return busy("no permit to hash in time");
    const auto& tenant = waiting.tenant_;
    const auto& account = waiting.account_;
    if (auto refusal = throttled(tenant, waiting.budgets_)) return *refusal;  // other attempts have failed since

    const auto stored = account ? std::optional(account->passwordHash) : std::nullopt;
    const bool matches = passwords_.matches(*permit, waiting.attempt_.password, stored);
    if (!matches || account->user.status != UserStatus::kApproved) {
        recordRefusal(tenant, waiting.budgets_, account, waiting.attempt_.origin);
        return ErrorCode::kSignInRefused;
    }
    permit.reset();
    return start(tenant, *account, std::move(waiting.attempt_), waiting.knownDevice_);
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
bool SignInService::knows(const Tenant& tenant, const UserId& owner, const secrets::DeviceToken& device) const {
    return stores_.read(tenant, [&](const TenantStore& store) {
        const auto& devices = store.knownDevices();
        return devices.knows(owner, hasher_.hash(tenant.id, device)) ||
               (hasher_.other() != nullptr && devices.knows(owner, hasher_.other()->hash(tenant.id, device)));
    });
}

void SignInService::end(TenantStore& store, const Tenant& tenant, const secrets::SessionToken& token,
                        Timestamp now) const {
    store.sessions().end(hasher_.hash(tenant.id, token), now);
    if (hasher_.other() != nullptr) store.sessions().end(hasher_.other()->hash(tenant.id, token), now);
}

SignInService::Budgets SignInService::budgetsOf(const Tenant& tenant, const SignInAttempt& attempt,
                                                const std::string& account, bool knownDevice) const {
    if (knownDevice) {
        // A browser that its owner has used before answers for itself alone: nobody else can lock it out.
        const auto device = hasher_.hash(tenant.id, *attempt.device).bytes();
        return {{hasher_.hashBudget(tenant.id, "device " + device + " " + account), kFailuresPerDevice}};
    }
    return {{hasher_.hashBudget(tenant.id, "account " + account), kFailuresPerAccount},
            {hasher_.hashBudget(tenant.id, "address " + networkOf(attempt.origin.address)), kFailuresPerAddress}};
}

secrets::HashingClaim SignInService::claimOf(const Tenant& tenant, const SignInAttempt& attempt,
                                             const std::string& account, bool knownDevice) const {
    using Device = secrets::HashingClaim::Device;
    const auto digest = [&](const std::string& text) { return shortened(hasher_.hashBudget(tenant.id, text)); };
    return {digest("tenant"), digest("address " + networkOf(attempt.origin.address)), digest("account " + account),
            knownDevice ? Device::kKnown : Device::kOther};
}

std::optional<Error> SignInService::throttled(const Tenant& tenant, const Budgets& budgets) const {
    const auto now = clock_.now();
    for (const auto& budget : budgets) {
        const auto nth = stores_.read(tenant, [&](const TenantStore& store) {
            return store.loginAttempts().nthNewest(budget.hash, budget.failures, now - kWindow);
        });
        // Not at the window's very end: whoever comes when we said must get in.
        if (nth && *nth + kWindow > now)
            return Error{ErrorCode::kTooManyAttempts, "a budget is used up", untilOrOne(*nth + kWindow, now)};
    }
    return std::nullopt;
}

void SignInService::recordRefusal(const Tenant& tenant, const Budgets& budgets, const std::optional<Account>& account,
                                  const RequestOrigin& origin) {
    const auto now = clock_.now();
    const auto recorded = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        for (const auto& budget : budgets) store.loginAttempts().add(budget.hash, now);
        store.loginAttempts().forgetBefore(now - kWindow);
        const auto user = account ? std::optional(account->user.id) : std::nullopt;
        store.audit().add({now, AuditAction::kSignInRefused, user, {}, origin});
        return {};
    });
    (void)recorded;  // this work refuses nothing
}

Result<SignedIn> SignInService::start(const Tenant& tenant, const Account& account, SignInAttempt attempt,
                                      bool knownDevice) {
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
        if (attempt.previous) end(store, tenant, *attempt.previous, now);
        store.sessions().makeRoom(user.id, now);
        store.sessions().add(hasher_.hash(tenant.id, token), {user.id, now, now, now + kSessionAbsoluteLimit});
        store.knownDevices().remember(user.id, hasher_.hash(tenant.id, device), now);
        store.audit().add({now, AuditAction::kSignedIn, user.id, {}, attempt.origin});
        return {};
    });
    if (!stored.ok()) return stored.error();
    return SignedIn{std::move(token), std::move(device), settledAt};
}

}  // namespace claviger::domain
