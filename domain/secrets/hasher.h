#pragma once

#include <filesystem>
#include <map>
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

// Computes the stored form of secrets: HMAC-SHA-256 (RFC 2104) with the pepper over purpose, tenant id and secret. It
// covers the tenant's id, not the slug: a rename must not invalidate keys. A digest of one tenant matches nothing in
// another one. Thread-safe: holds no mutable state.
//
// While a pepper is being replaced, two are in use (README.md). New forms are made with the first one. Forms that were
// stored with the other one are found by other().
class Hasher {
public:
    explicit Hasher(const Pepper&);  // the pepper need not outlive it; throws std::bad_alloc

    // Reads the peppers of these files; `other` may be empty. Throws UnusableSecret as Pepper::load does. Throws
    // std::runtime_error if both have the same version.
    static Hasher load(const std::filesystem::path& file, const std::filesystem::path& other);

    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    ~Hasher();

    int pepperVersion() const { return pepperVersion_; }

    // Returns the hasher of the other pepper, which this one owns. nullptr if only one is configured.
    const Hasher* other() const { return other_.get(); }

    // Returns the key that seals secrets of a tenant for one purpose: HMAC(HMAC(pepper, purpose), tenant id). The key
    // of one purpose or tenant does not reveal any other.
    SealingKey sealingKey(std::string_view purpose, const TenantId&) const;

    // Returns 16 hexadecimal digits that identify the pepper and do not reveal it.
    std::string fingerprint() const;

    // The fingerprints of this pepper and of the other one, by version.
    std::map<int, std::string> fingerprints() const;

    KeyHash hash(const TenantId&, const PlainKey&) const;
    SessionHash hash(const TenantId&, const SessionToken&) const;
    DeviceHash hash(const TenantId&, const DeviceToken&) const;
    OnceHash hashOnce(const TenantId&, const UserId&, std::string_view once) const;
    BudgetHash hashBudget(const TenantId&, std::string_view budget) const;

    // Returns the form token of a session, or of a visit to the login page: 43 characters of base64url. It cannot be
    // guessed without the cookie.
    std::string formToken(const TenantId&, const SessionToken&) const;
    std::string formToken(const TenantId&, const VisitToken&) const;

private:
    Hasher(const Pepper&, const Pepper& other);

    template <class DigestType>
    DigestType digest(std::string_view purpose, const TenantId&, std::string_view secret) const;
    std::string formToken(std::string_view purpose, const TenantId&, const TokenBytes&) const;

    int pepperVersion_;
    // The HMAC state after the pepper. Computing it costs several digests; copying it costs nothing. Wiped when freed.
    std::unique_ptr<crypto_auth_hmacsha256_state> keyed_;
    std::unique_ptr<const Hasher> other_;
};

// Whether two texts are equal. Takes the same time for all texts of one length. For values that a client presents.
bool equalInConstantTime(std::string_view, std::string_view);

}  // namespace claviger::domain::secrets
