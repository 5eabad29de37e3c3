#include "domain/secrets/password_hasher.h"

#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "domain/secrets/password_form.h"

namespace claviger::domain::secrets {
namespace {

constexpr int kNicer = 10;  // added to the caller's nice value: a tenth of a busy core's share, all of an idle core

// One account of a far dearer cost must not slow the sign-ins of all others. Only that account pays its cost.
constexpr std::size_t kMostTimesDearer = 4;
constexpr std::size_t kWorkOfAnyone = 128;  // MiB times passes; allowed under any configuration

PasswordHash hashOf(std::string_view password, const PasswordCost& cost) {
    std::string text(crypto_pwhash_STRBYTES, '\0');
    const int failed = crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.passes,
                                             cost.memoryMiB << 20, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    text.resize(text.find('\0'));
    return PasswordHash::fromStored(std::move(text));
}

// Does not use crypto_pwhash_str_verify, whose result is the same for a wrong password and for too little memory.
bool isHashOf(const PasswordForm& open, std::string_view password) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(open.bytes.data());
    std::array<unsigned char, PasswordForm::kHashBytes> made{};
    const int failed = crypto_pwhash(made.data(), made.size(), password.data(), password.size(), bytes,
                                     open.cost.passes, open.cost.memoryMiB << 20, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    return sodium_memcmp(made.data(), bytes + PasswordForm::kSaltBytes, made.size()) == 0;
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordCost cost) : cost_(cost) {}

PasswordHash PasswordHasher::hash(const Password& password) const {
    return hashOf(password.text_, cost_);
}

// Hashes on a thread of its own with a low priority, because a thread cannot raise its priority again. Verify must not
// wait for two cores that hash.
PasswordMatch PasswordHasher::matches(const HashingQueue::Permit&, const Password& password,
                                      const std::optional<PasswordHash>& stored,
                                      const std::vector<PasswordCost>& inUse) const {
    auto hashing = std::async(std::launch::async, [&] {
        const auto self = static_cast<id_t>(::gettid());
        ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + kNicer);
        return check(password, stored, inUse);
    });
    return hashing.get();
}

PasswordMatch PasswordHasher::check(const Password& password, const std::optional<PasswordHash>& stored,
                                    const std::vector<PasswordCost>& inUse) const {
    const auto form = stored ? PasswordForm::read(stored->stored()) : std::nullopt;
    const auto costOfStored = form ? std::optional(form->cost) : std::nullopt;
    PasswordMatch match;
    for (const auto& cost : costsToPay(costOfStored, inUse)) {
        if (cost == costOfStored) {
            match.matches = !form->sealedWith && isHashOf(*form, password.text_);
            continue;
        }
        auto made = hashOf(password.text_, cost);
        if (cost == cost_) match.renewed = std::move(made);
    }
    if (!match.matches) match.renewed.reset();
    return match;
}

// Returns the costs in use, the dearest first, then the configured one, then the stored form's if it is another one.
std::vector<PasswordCost> PasswordHasher::costsToPay(const std::optional<PasswordCost>& stored,
                                                     std::vector<PasswordCost> costs) const {
    const auto most = std::max(kMostTimesDearer * cost_.work(), kWorkOfAnyone);
    std::erase_if(costs, [&](const auto& cost) { return cost == cost_ || cost.work() > most; });
    std::sort(costs.begin(), costs.end(),
              [](const auto& a, const auto& b) { return std::pair(a.work(), a) > std::pair(b.work(), b); });
    costs.erase(std::unique(costs.begin(), costs.end()), costs.end());
    if (costs.size() >= kMostCosts) costs.resize(kMostCosts - 1);
    costs.push_back(cost_);
    if (stored && std::find(costs.begin(), costs.end(), *stored) == costs.end()) costs.push_back(*stored);
    return costs;
}

}  // namespace claviger::domain::secrets
