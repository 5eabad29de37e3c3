#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "domain/secrets/digest.h"
#include "domain/secrets/pepper.h"
#include "domain/secrets/plain_key.h"
#include "domain/secrets/sealing_key.h"
#include "domain/secrets/token.h"

struct crypto_auth_hmacsha256_state;  // libsodium's

namespace claviger::domain::secrets {

// Turns secrets into their stored form: HMAC-SHA-256 (RFC 2104) with the pepper over
// purpose, tenant id and secret. The tenant's id, not its slug: a rename must not kill keys, and a digest of
// one tenant means nothing in another. Thread-safe: holds no mutable state.
//
// While a pepper is being replaced two of them live (README.md): new forms are made with the first, and what was stored
// with the other is found by other().
class Hasher {
public:
    explicit Hasher(const Pepper&);  // throws std::bad_alloc

    // With the peppers of these files; `other` may be empty.
    // Throws std::runtime_error if one cannot be read, or if both have the same version.
    static Hasher load(const std::filesystem::path& file, const std::filesystem::path& other);

    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    ~Hasher();

    int pepperVersion() const { return pepperVersion_; }

    // With the other pepper; null while one lives alone.
    const Hasher* other() const { return other_.get(); }

    // The key that seals secrets of a tenant for one purpose: HMAC(HMAC(pepper, purpose), tenant id). Who has the key
    // of one purpose or tenant has no other one.
    SealingKey sealingKey(std::string_view purpose, const TenantId&) const;

    // 16 hexadecimal digits by which the pepper is known again, and which say nothing of it.
    std::string fingerprint() const;

    KeyHash hash(const TenantId&, const PlainKey&) const;
    SessionHash hash(const TenantId&, const SessionToken&) const;
    DeviceHash hash(const TenantId&, const DeviceToken&) const;
    OnceHash hashOnce(const TenantId&, const UserId&, std::string_view once) const;
    BudgetHash hashBudget(const TenantId&, std::string_view budget) const;

    // The form token of a session, or of a visit to the login page: 43 characters of base64url. Whoever does
    // not hold the cookie cannot know it.
    std::string formToken(const TenantId&, const SessionToken&) const;
    std::string formToken(const TenantId&, const VisitToken&) const;

private:
    Hasher(const Pepper&, const Pepper& other);

    template <class DigestType>
    DigestType digest(std::string_view purpose, const TenantId&, std::string_view secret) const;
    std::string formToken(std::string_view purpose, const TenantId&, const TokenBytes&) const;

    int pepperVersion_;
    // The pepper, taken in: that costs several digests, and a copy costs nothing. Wiped when freed.
    std::unique_ptr<crypto_auth_hmacsha256_state> keyed_;
    std::unique_ptr<const Hasher> other_;
};

// Equality in constant time, for what a client presents.
bool equalInConstantTime(std::string_view, std::string_view);

}  // namespace claviger::domain::secrets
