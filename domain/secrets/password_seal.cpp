#include "domain/secrets/password_seal.h"

#include <sodium.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {
namespace {

constexpr std::string_view kPurpose = "password seal";
constexpr std::string_view kOpen = "$argon2id", kSealed = "$sealed-argon2id";
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32, kPlainBytes = kSaltBytes + kHashBytes;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kBoxBytes = kNonceBytes + kPlainBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;

using Plain = std::array<unsigned char, kPlainBytes>;
using Box = std::array<unsigned char, kBoxBytes>;  // the nonce, then what was sealed

std::string encoded(const unsigned char* bytes, std::size_t size) {
    std::string text(sodium_base64_encoded_len(size, kBase64), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, size, kBase64);
    text.pop_back();  // the closing NUL
    return text;
}

bool decode(std::string_view text, unsigned char* bytes, std::size_t size) {
    std::size_t length = 0;
    return sodium_base642bin(bytes, size, text.data(), text.size(), nullptr, &length, nullptr, kBase64) == 0 &&
           length == size;
}

// "$v=19$m=19456,t=2,p=1$" of either form: from the second dollar to the fourth, both included.
std::string_view costPart(std::string_view stored) {
    const auto begin = stored.find('$', 1);
    const auto end = stored.find('$', stored.find('$', begin + 1) + 1);
    return stored.substr(begin, end + 1 - begin);
}

std::string associated(std::string_view head, const UserId& user) {
    return std::string(head).append(user.bytes());
}

const unsigned char* octets(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

PasswordHash PasswordSeal::seal(const TenantId& tenant, const UserId& user, const PasswordHash& open) const {
    const std::string_view stored = open.stored();
    const auto hashAt = stored.rfind('$');
    const auto saltAt = stored.rfind('$', hashAt - 1);
    Plain plain;
    if (!open.cost() || open.sealedWith() ||
        !decode(stored.substr(saltAt + 1, hashAt - saltAt - 1), plain.data(), kSaltBytes) ||
        !decode(stored.substr(hashAt + 1), plain.data() + kSaltBytes, kHashBytes))
        throw std::invalid_argument("only a whole stored password can be sealed");

    std::string head(kSealed);
    head.append(costPart(stored)).append(std::to_string(hasher_.pepperVersion())).append("$");
    const auto bound = associated(head, user);
    Box box;
    randombytes_buf(box.data(), kNonceBytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kNonceBytes, nullptr, plain.data(), plain.size(),
                                               octets(bound), bound.size(), nullptr, box.data(),
                                               hasher_.sealingKey(kPurpose, tenant).reveal());
    return PasswordHash::fromStored(head + encoded(box.data(), box.size()));
}

std::optional<PasswordHash> PasswordSeal::open(const TenantId& tenant, const UserId& user,
                                               const PasswordHash& stored) const {
    const std::string_view text = stored.stored();
    if (!text.starts_with(kSealed)) return stored;
    const auto version = stored.sealedWith();
    const auto* const hasher = version == hasher_.pepperVersion() ? &hasher_ : hasher_.other();
    if (!version || hasher == nullptr || hasher->pepperVersion() != *version) return std::nullopt;

    const auto head = text.substr(0, text.rfind('$') + 1);
    const auto bound = associated(head, user);
    Box box;
    Plain plain;
    if (!decode(text.substr(head.size()), box.data(), box.size()) ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, box.data() + kNonceBytes,
                                                   box.size() - kNonceBytes, octets(bound), bound.size(), box.data(),
                                                   hasher->sealingKey(kPurpose, tenant).reveal()) != 0)
        return std::nullopt;
    return PasswordHash::fromStored(std::string(kOpen)
                                        .append(costPart(text))
                                        .append(encoded(plain.data(), kSaltBytes))
                                        .append("$")
                                        .append(encoded(plain.data() + kSaltBytes, kHashBytes)));
}

}  // namespace claviger::domain::secrets
