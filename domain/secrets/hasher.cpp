#include "domain/secrets/hasher.h"

#include <sodium.h>

#include <stdexcept>

namespace claviger::domain::secrets {
namespace {

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

Hasher::Hasher(const Pepper& pepper)
    : pepperVersion_(pepper.version()), keyed_(std::make_unique<crypto_auth_hmacsha256_state>()) {
    crypto_auth_hmacsha256_init(keyed_.get(), pepper.bytes_.data(), pepper.bytes_.size());
}

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

Hasher::~Hasher() {
    sodium_memzero(keyed_.get(), sizeof *keyed_);
}

template <class DigestType>
DigestType Hasher::digest(std::string_view purpose, const TenantId& tenant, std::string_view secret) const {
    auto state = *keyed_;
    const auto take = [&state](std::string_view part) {
        crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    };
    // The input is unambiguous: the purposes are constants without NUL, and the tenant's id has a fixed length.
    take(purpose);
    take({"\0", 1});
    take(tenant.bytes());
    take(secret);

    DigestType out;
    static_assert(DigestType::kSize == crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256_final(&state, out.bytes_.data());
    sodium_memzero(&state, sizeof state);
    return out;
}

SealingKey Hasher::sealingKey(std::string_view purpose, const TenantId& tenant) const {
    SealingKey ofPurpose, key;
    auto state = *keyed_;
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size());
    crypto_auth_hmacsha256_final(&state, ofPurpose.bytes_.data());
    const auto id = tenant.bytes();
    crypto_auth_hmacsha256_init(&state, ofPurpose.bytes_.data(), ofPurpose.bytes_.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(id.data()), id.size());
    crypto_auth_hmacsha256_final(&state, key.bytes_.data());
    sodium_memzero(&state, sizeof state);
    return key;
}

SealingKey::SealingKey(SealingKey&& other) noexcept : bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SealingKey::~SealingKey() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

std::string Hasher::fingerprint() const {
    const auto made =
        digest<Digest<struct FingerprintKind>>("fingerprint", *TenantId::fromBytes(std::string(16, '\0')), {});
    char text[2 * 8 + 1];
    sodium_bin2hex(text, sizeof text, made.bytes_.data(), 8);
    return text;
}

std::map<int, std::string> Hasher::fingerprints() const {
    std::map<int, std::string> all{{pepperVersion_, fingerprint()}};
    if (other_) all.emplace(other_->pepperVersion(), other_->fingerprint());
    return all;
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
