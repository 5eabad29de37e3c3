#include "domain/secrets/password_hasher.h"

#include <sodium.h>

#include <new>

#include "domain/secrets/token.h"

namespace claviger::domain::secrets {

PasswordHasher::PasswordHasher(PasswordCost cost)
    : cost_(cost), nobody_(hash(Password::attempt(Token<struct NobodyKind>::generate().revealForCookie()))) {}

PasswordHash PasswordHasher::hash(const Password& password) const {
    std::string text(crypto_pwhash_STRBYTES, '\0');
    const int failed = crypto_pwhash_str_alg(text.data(), password.text_.data(), password.text_.size(), cost_.passes,
                                             cost_.memoryMiB << 20, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    text.resize(text.find('\0'));
    return PasswordHash::fromStored(std::move(text));
}

bool PasswordHasher::matches(const HashingSlots::Slot&, const Password& password,
                             const std::optional<PasswordHash>& stored) const {
    const auto& expected = stored ? *stored : nobody_;
    const bool equal =
        crypto_pwhash_str_verify(expected.stored().c_str(), password.text_.data(), password.text_.size()) == 0;
    return equal && stored.has_value();
}

}  // namespace claviger::domain::secrets
