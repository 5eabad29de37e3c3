#include "domain/sign_in/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace claviger::domain {
namespace {

using secrets::BudgetHash;
using secrets::DeviceHash;
using secrets::Hasher;

// The most rows that are deleted after each attempt, on either side of the kept period. An attempt adds one or two
// rows.
constexpr std::size_t kClearedAtOnce = 100;

std::chrono::seconds untilOrOne(Timestamp moment, Timestamp now) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(moment - now), std::chrono::seconds{1});
}

Error budgetUsed(Timestamp opens, Timestamp now) {
    return {ErrorCode::kSignInBudgetUsed, "the budget of successes is used up", untilOrOne(opens, now)};
}

// The period whose rows count now. The clock of the host that counted may be ahead by the tolerance. A row beyond it
// never locks an account.
Period counting(Timestamp now) {
    return {now - Throttle::kWindow, now + kClockTolerance};
}

// The period whose rows are kept: those that can still count on a host whose clock is off by a whole window. The others
// are deleted.
Period kept(Timestamp now) {
    return {now - 2 * Throttle::kWindow, now + Throttle::kWindow};
}

// Do not change these texts: two releases that run side by side must count together.
BudgetHash failuresOf(const Hasher& hasher, const Tenant& tenant, const std::string& account) {
    return hasher.hashBudget(tenant.id, "account " + account);
}
BudgetHash failuresAt(const Hasher& hasher, const Tenant& tenant, const std::string& address) {
    return hasher.hashBudget(tenant.id, "address " + networkOf(address));
}
BudgetHash failuresOf(const Hasher& hasher, const Tenant& tenant, const std::string& account,
                      const DeviceHash& device) {
    return hasher.hashBudget(tenant.id, "device " + device.bytes() + " " + account);
}
BudgetHash failuresOfDevices(const Hasher& hasher, const Tenant& tenant, const std::string& account) {
    return hasher.hashBudget(tenant.id, "devices " + account);
}
BudgetHash successesOf(const Hasher& hasher, const Tenant& tenant, const std::string& account) {
    return hasher.hashBudget(tenant.id, "successes " + account);
}

std::vector<BudgetHash> budgetsUnder(const Hasher& hasher, const Tenant& tenant, const std::string& account,
                                     const std::vector<DeviceHash>& devices) {
    std::vector<BudgetHash> all{failuresOf(hasher, tenant, account), failuresOfDevices(hasher, tenant, account),
                                successesOf(hasher, tenant, account)};
    for (const auto& device : devices) all.push_back(failuresOf(hasher, tenant, account, device));
    return all;
}

// Returns the time at which the budget allows another attempt; nullopt if it allows one now.
std::optional<Timestamp> opensAt(const LoginAttempts& attempts, const Throttle::Budget& budget, std::size_t own,
                                 Timestamp now) {
    const auto nth = attempts.nthNewest(budget.hash, budget.limit + own, counting(now));
    // At exactly the end of the window an attempt is allowed, because retryAfter names that time.
    if (!nth || *nth + Throttle::kWindow <= now) return std::nullopt;
    return *nth + Throttle::kWindow;
}

// Queries every budget, so that the work is always the same.
std::optional<Timestamp> opensAt(const LoginAttempts& attempts, const std::vector<Throttle::Budget>& budgets,
                                 std::size_t own, Timestamp now) {
    std::optional<Timestamp> last;
    for (const auto& budget : budgets) last = std::max(last, opensAt(attempts, budget, own, now));
    return last;
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

Throttle::Throttle(TenantStores& stores, const Hasher& hasher, const Clock& clock)
    : stores_(stores), hasher_(hasher), clock_(clock) {}

Throttle::Budgets Throttle::budgetsOf(const Tenant& tenant, const Source& from) const {
    const Budget successes{successesOf(hasher_, tenant, from.account), kSuccessesPerAccount};
    // A browser that the owner has used before has its own budgets, so that strangers cannot use them up.
    if (from.device)
        return {{{failuresOf(hasher_, tenant, from.account, *from.device), kFailuresPerDevice},
                 {failuresOfDevices(hasher_, tenant, from.account), kFailuresOfDevices}},
                successes};
    return {{{failuresOf(hasher_, tenant, from.account), kFailuresPerAccount},
             {failuresAt(hasher_, tenant, from.address), kFailuresPerAddress}},
            successes};
}

std::optional<Error> Throttle::refusal(const Tenant& tenant, const Budgets& budgets) const {
    return refusal(tenant, budgets, 0, clock_.now());
}

std::optional<Error> Throttle::refusal(const Tenant& tenant, const Budgets& budgets, std::size_t own,
                                       Timestamp now) const {
    const auto [failures, successes] = stores_.read(tenant, [&](const TenantStore& store) {
        const auto& attempts = store.loginAttempts();
        return std::pair(opensAt(attempts, budgets.failures, own, now), opensAt(attempts, budgets.successes, 0, now));
    });
    if (!failures && !successes) return std::nullopt;
    if (failures >= successes)
        return Error{ErrorCode::kTooManyAttempts, "a budget of failures is used up", untilOrOne(*failures, now)};
    return budgetUsed(*successes, now);
}

// Queries the budgets after the commit. Of two attempts that count at the same time, at least one then sees the other.
Result<Throttle::Counted> Throttle::count(const Tenant& tenant, const Budgets& budgets) {
    const auto now = clock_.now();
    const auto counted = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        for (const auto& budget : budgets.failures) store.loginAttempts().add(budget.hash, now);
        return {};
    });
    (void)counted;  // this work refuses nothing
    const auto refused = refusal(tenant, budgets, 1, now);
    if (!refused) return Counted{budgets, now};
    giveBack(tenant, {budgets, now});
    return *refused;
}

void Throttle::giveBack(const Tenant& tenant, const Counted& counted) {
    const auto given = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
        for (const auto& budget : counted.budgets.failures) store.loginAttempts().takeBack(budget.hash, counted.at);
        return {};
    });
    (void)given;  // this work refuses nothing
}

Result<void> Throttle::succeed(TenantStore& store, const Counted& counted, Timestamp now) const {
    if (const auto opens = opensAt(store.loginAttempts(), counted.budgets.successes, 0, now))
        return budgetUsed(*opens, now);
    for (const auto& budget : counted.budgets.failures) store.loginAttempts().takeBack(budget.hash, counted.at);
    store.loginAttempts().add(counted.budgets.successes.hash, now);
    return {};
}

void Throttle::clearAway(const Tenant& tenant) noexcept {
    try {
        const auto cleared = stores_.transact<void>(tenant, [&](TenantStore& store) -> Result<void> {
            store.loginAttempts().clearAway(kept(clock_.now()), kClearedAtOnce);
            return {};
        });
        (void)cleared;
    } catch (const std::exception&) {
        // The next attempt tries again.
    }
}

// Deletes the rows under either pepper: workers that have not been reloaded yet count under the previous one.
bool Throttle::unlock(TenantStore& store, const Tenant& tenant, const std::string& account,
                      const std::vector<DeviceHash>& devices, Timestamp now) const {
    bool counted = false;
    for (const auto* hasher : {&hasher_, hasher_.other()}) {
        if (hasher == nullptr) continue;
        for (const auto& budget : budgetsUnder(*hasher, tenant, account, devices)) {
            counted = counted || store.loginAttempts().nthNewest(budget, 1, counting(now));
            (void)store.loginAttempts().remove(budget, kept(now).from);
        }
    }
    return counted;
}

}  // namespace claviger::domain
