#include "domain/secrets/hasher.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <new>

namespace claviger::domain::secrets {
namespace {

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

template <class DigestType>
DigestType Hasher::digest(std::string_view purpose, const TenantId& tenant, std::string_view secret) const {
    // Unambiguous: the purposes are constants without NUL, and the tenant's id has a fixed length.
    std::string message;
    message.reserve(purpose.size() + 1 + 16 + secret.size());
    message.append(purpose).append(1, '\0').append(tenant.bytes()).append(secret);

    DigestType out;
    unsigned length = 0;
    const auto* made =
        HMAC(EVP_sha256(), pepper_.bytes_.data(), static_cast<int>(pepper_.bytes_.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.bytes_.data(), &length);
    sodium_memzero(message.data(), message.size());
    if (made == nullptr || length != DigestType::kSize) throw std::bad_alloc();  // the only way HMAC can fail
    return out;
}

KeyHash Hasher::hash(const TenantId& tenant, const PlainKey& key) const {
    return digest<KeyHash>("key", tenant, {key.characters_.data(), key.characters_.size()});
}

SessionHash Hasher::hash(const TenantId& tenant, const SessionToken& token) const {
    return digest<SessionHash>("session", tenant, view(token.bytes_.data(), token.bytes_.size()));
}

DeviceHash Hasher::hash(const TenantId& tenant, const DeviceToken& token) const {
    return digest<DeviceHash>("device", tenant, view(token.bytes_.data(), token.bytes_.size()));
}

OnceHash Hasher::hashOnce(const TenantId& tenant, const UserId& user, std::string_view once) const {
    return digest<OnceHash>("once", tenant, user.bytes().append(once));
}

BudgetHash Hasher::hashBudget(const TenantId& tenant, std::string_view budget) const {
    return digest<BudgetHash>("budget", tenant, budget);
}

std::string Hasher::formToken(const TenantId& tenant, const SessionToken& token) const {
    return formToken("form", tenant, token);
}

std::string Hasher::formToken(const TenantId& tenant, const VisitToken& token) const {
    return formToken("login-form", tenant, token);
}

std::string Hasher::formToken(std::string_view purpose, const TenantId& tenant, const TokenBytes& token) const {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    const auto made =
        digest<Digest<struct FormTokenKind>>(purpose, tenant, view(token.bytes_.data(), token.bytes_.size()));
    std::string text(TokenBytes::kTextLength + 1, '\0');
    sodium_bin2base64(text.data(), text.size(), made.bytes_.data(), made.bytes_.size(), kVariant);
    text.resize(TokenBytes::kTextLength);
    return text;
}

bool equalInConstantTime(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace claviger::domain::secrets
