#include "domain/secrets/password_hasher.h"

#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <future>
#include <new>
#include <string>

#include "domain/secrets/random.h"

namespace claviger::domain::secrets {
namespace {

constexpr int kNicer = 10;  // than who asks: a tenth of what others get of a busy core, all of an idle one

template <std::size_t kSize>
std::string randomBase64() {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    std::array<std::uint8_t, kSize> bytes;
    fillRandom(bytes);
    std::string text(sodium_base64_ENCODED_LEN(kSize, kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    text.pop_back();  // the closing NUL
    return text;
}

// The stored form of a password that nobody knows: checking against it costs one hashing, making it none.
std::string unknownPassword(PasswordCost cost) {
    return "$argon2id$v=19$m=" + std::to_string(cost.memoryMiB << 10) + ",t=" + std::to_string(cost.passes) + ",p=1$" +
           randomBase64<16>() + "$" + randomBase64<32>();
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordCost cost)
    : cost_(cost), nobody_(PasswordHash::fromStored(unknownPassword(cost))) {}

PasswordHash PasswordHasher::hash(const Password& password) const {
    std::string text(crypto_pwhash_STRBYTES, '\0');
    const int failed = crypto_pwhash_str_alg(text.data(), password.text_.data(), password.text_.size(), cost_.passes,
                                             cost_.memoryMiB << 20, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
    text.resize(text.find('\0'));
    return PasswordHash::fromStored(std::move(text));
}

// On a thread of its own, which gives way to whatever else there is to do, since a thread cannot take its niceness back: or
// else verify would wait for two cores that hash.
bool PasswordHasher::matches(const HashingQueue::Permit&, const Password& password,
                             const std::optional<PasswordHash>& stored) const {
    const auto& expected = stored ? *stored : nobody_;
    auto hashing = std::async(std::launch::async, [&] {
        const auto self = static_cast<id_t>(::gettid());
        ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + kNicer);
        return crypto_pwhash_str_verify(expected.stored().c_str(), password.text_.data(), password.text_.size()) == 0;
    });
    return hashing.get() && stored.has_value();
}

}  // namespace claviger::domain::secrets
