#include "domain/secrets/hasher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>

namespace claviger::domain::secrets {
namespace {

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&::EVP_MAC_CTX_free)>;

// To look the algorithm up and to take in the key costs several times as much as a digest; so it is done once.
MacContext keyedWith(const std::uint8_t* key, std::size_t size) {
    const std::unique_ptr<EVP_MAC, decltype(&::EVP_MAC_free)> hmac(::EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                   &::EVP_MAC_free);
    MacContext context(hmac ? ::EVP_MAC_CTX_new(hmac.get()) : nullptr, &::EVP_MAC_CTX_free);
    char sha256[] = "SHA256";
    const std::array parameters{::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
                                ::OSSL_PARAM_construct_end()};
    if (!context || ::EVP_MAC_init(context.get(), key, size, parameters.data()) != 1) throw std::bad_alloc();
    return context;
}

}  // namespace

Hasher::Hasher(const Pepper& pepper)
    : pepperVersion_(pepper.version()), keyed_(keyedWith(pepper.bytes_.data(), pepper.bytes_.size())) {}

Hasher::Hasher(const Pepper& pepper, const Pepper& other) : Hasher(pepper) {
    other_ = std::make_unique<const Hasher>(other);
}

Hasher Hasher::load(const std::filesystem::path& file, const std::filesystem::path& other) {
    const auto pepper = Pepper::load(file);
    if (other.empty()) return Hasher(pepper);
    const auto second = Pepper::load(other);
    if (second.version() == pepper.version())
        throw std::runtime_error("pepper files " + file.string() + " and " + other.string() +
                                 " have the same version; each pepper has its own");
    return {pepper, second};
}

Hasher::~Hasher() = default;

template <class DigestType>
DigestType Hasher::digest(std::string_view purpose, const TenantId& tenant, std::string_view secret) const {
    // Unambiguous: the purposes are constants without NUL, and the tenant's id has a fixed length.
    std::string message;
    message.reserve(purpose.size() + 1 + 16 + secret.size());
    message.append(purpose).append(1, '\0').append(tenant.bytes()).append(secret);

    DigestType out;
    std::size_t length = 0;
    const MacContext context(::EVP_MAC_CTX_dup(keyed_.get()), &::EVP_MAC_CTX_free);
    const bool made =
        context &&
        ::EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1 &&
        ::EVP_MAC_final(context.get(), out.bytes_.data(), &length, out.bytes_.size()) == 1;
    sodium_memzero(message.data(), message.size());
    if (!made || length != DigestType::kSize) throw std::bad_alloc();  // the only way it can fail
    return out;
}

std::string Hasher::fingerprint() const {
    const auto made =
        digest<Digest<struct FingerprintKind>>("fingerprint", *TenantId::fromBytes(std::string(16, '\0')), {});
    char text[2 * 8 + 1];
    sodium_bin2hex(text, sizeof text, made.bytes_.data(), 8);
    return text;
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
