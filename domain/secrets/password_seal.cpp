#include "domain/secrets/password_seal.h"

#include <sodium.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/secrets/password_form.h"

namespace claviger::domain::secrets {
namespace {

constexpr std::string_view kPurpose = "password seal";
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(PasswordForm::kBoxBytes == kNonceBytes + PasswordForm::kSaltBytes + PasswordForm::kHashBytes +
                                             crypto_aead_xchacha20poly1305_ietf_ABYTES);

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// The associated data.
std::string boundTo(const PasswordForm& sealed, const UserId& user) {
    return sealed.head() + user.bytes();
}

// Returns the nonce, then the encrypted text with its tag.
std::string box(std::string_view plain, std::string_view bound, const SealingKey& key) {
    std::string made(PasswordForm::kBoxBytes, '\0');
    randombytes_buf(made.data(), kNonceBytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(octets(made) + kNonceBytes, nullptr, octets(plain), plain.size(),
                                               octets(bound), bound.size(), nullptr, octets(made), key.reveal());
    return made;
}

std::optional<std::string> unbox(std::string_view box, std::string_view bound, const SealingKey& key) {
    std::string plain(PasswordForm::kSaltBytes + PasswordForm::kHashBytes, '\0');
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        octets(plain), nullptr, nullptr, octets(box) + kNonceBytes, box.size() - kNonceBytes, octets(bound),
        bound.size(), octets(box), key.reveal());
    return failed == 0 ? std::optional(std::move(plain)) : std::nullopt;
}

}  // namespace

PasswordHash PasswordSeal::seal(const TenantId& tenant, const UserId& user, const PasswordHash& open) const {
    const auto form = PasswordForm::read(open.stored());
    if (!form || form->sealedWith) throw std::invalid_argument("only a whole stored password can be sealed");
    PasswordForm sealed{form->cost, hasher_.pepperVersion()};
    sealed.bytes = box(form->bytes, boundTo(sealed, user), hasher_.sealingKey(kPurpose, tenant));
    return PasswordHash::fromStored(sealed.text());
}

std::optional<PasswordHash> PasswordSeal::open(const TenantId& tenant, const UserId& user,
                                               const PasswordHash& stored) const {
    const auto form = PasswordForm::read(stored.stored());
    if (!form) return std::nullopt;
    if (!form->sealedWith) return stored;
    const auto* const hasher = hasherOf(*form->sealedWith);
    if (hasher == nullptr) return std::nullopt;
    auto plain = unbox(form->bytes, boundTo(*form, user), hasher->sealingKey(kPurpose, tenant));
    if (!plain) return std::nullopt;
    return PasswordHash::fromStored(PasswordForm{form->cost, {}, *std::move(plain)}.text());
}

std::optional<int> PasswordSeal::missingPepper(const PasswordHash& stored) const {
    const auto version = stored.sealedWith();
    return version && !hasPepper(*version) ? version : std::nullopt;
}

const Hasher* PasswordSeal::hasherOf(int version) const {
    for (const auto* hasher : {&hasher_, hasher_.other()})
        if (hasher != nullptr && hasher->pepperVersion() == version) return hasher;
    return nullptr;
}

}  // namespace claviger::domain::secrets
