#include "domain/secrets/password.h"

#include <sodium.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/secrets/easy_guesses.h"

namespace claviger::domain::secrets {
namespace {

constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;
constexpr std::size_t kSealedBytes =
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + kSaltBytes + kHashBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kOpen = "$argon2id", kSealed = "$sealed-argon2id";
constexpr std::uint32_t kMostVersion = 1'000'000'000;

// Takes the parts of a text one after another. After the first part that is not there nothing follows any more.
class Parts {
public:
    explicit Parts(std::string_view text) : rest_(text) {}

    bool take(std::string_view part) {
        const bool there = rest_.starts_with(part);
        rest_ = there ? rest_.substr(part.size()) : std::string_view{};
        return there;
    }

    // Decimal digits without a zero in front.
    std::optional<std::uint32_t> takeNumber() {
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc{} || rest_.front() == '0') return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }

    // Base64 without padding, in its one form of that many bytes.
    bool takeBase64(std::size_t bytes) {
        constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
        const auto length = sodium_base64_encoded_len(bytes, kVariant) - 1;  // counted with a closing NUL
        const auto text = rest_.substr(0, length);
        std::string decoded(bytes, '\0');
        std::size_t count = 0;
        const bool whole = text.size() == length &&
                           sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()), decoded.size(),
                                             text.data(), text.size(), nullptr, &count, nullptr, kVariant) == 0;
        rest_.remove_prefix(text.size());
        return whole && count == bytes;
    }

    bool atEnd() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

// In whole MiB, as each cost of a configuration is.
std::optional<PasswordCost> takeCost(Parts& parts) {
    if (!parts.take("$v=19$m=")) return std::nullopt;
    const auto kibibytes = parts.takeNumber();
    if (!kibibytes || *kibibytes % 1024 != 0 || !parts.take(",t=")) return std::nullopt;
    const auto passes = parts.takeNumber();
    if (!passes || !parts.take(",p=1")) return std::nullopt;
    return PasswordCost{*kibibytes / 1024, *passes};
}

// What a stored form says of itself, if it is whole.
struct Described {
    PasswordCost cost;
    std::optional<int> sealedWith;
};

std::optional<Described> describe(std::string_view stored) {
    const bool sealed = stored.starts_with(kSealed);
    Parts parts(stored);
    (void)parts.take(sealed ? kSealed : kOpen);
    const auto cost = takeCost(parts);
    if (!cost || !parts.take("$")) return std::nullopt;
    const auto version = sealed ? parts.takeNumber() : std::nullopt;
    const bool whole = sealed ? version && *version <= kMostVersion && parts.take("$") && parts.takeBase64(kSealedBytes)
                              : parts.takeBase64(kSaltBytes) && parts.take("$") && parts.takeBase64(kHashBytes);
    if (!whole || !parts.atEnd()) return std::nullopt;
    return Described{*cost, version ? std::optional(static_cast<int>(*version)) : std::nullopt};
}

bool isWithinBounds(const PasswordCost& cost, std::size_t mostWork) {
    return cost.memoryMiB >= PasswordCost::kLeastMiB && cost.memoryMiB <= PasswordCost::kMostMiB &&
           cost.passes >= PasswordCost::kLeastPasses && cost.passes <= PasswordCost::kMostPasses &&
           cost.work() <= mostWork;
}

}  // namespace

std::optional<PasswordCost> PasswordCost::parse(std::string_view head) {
    Parts parts(head);
    (void)parts.take(head.starts_with(kSealed) ? kSealed : kOpen);
    const auto cost = takeCost(parts);
    return cost && parts.atEnd() ? cost : std::nullopt;
}

std::optional<PasswordCost> PasswordHash::cost() const {
    const auto described = describe(text_);
    return described ? std::optional(described->cost) : std::nullopt;
}

std::optional<int> PasswordHash::sealedWith() const {
    const auto described = describe(text_);
    return described ? described->sealedWith : std::nullopt;
}

Result<PasswordHash> PasswordHash::parse(std::string text, std::size_t mostWork) {
    PasswordHash hash(std::move(text));
    const auto cost = hash.cost();
    if (!cost || !isWithinBounds(*cost, mostWork))
        return Error{
            ErrorCode::kInvalidArgument,
            "a stored password is an argon2id string, sealed or not, of a cost that the configuration could have"};
    return hash;
}

Result<Password> Password::choose(std::string text) {
    Password password(std::move(text));
    const auto& chosen = password.text_;
    if (chosen.size() < kMinBytes || chosen.size() > kMaxBytes || chosen.find('\0') != std::string::npos)
        return Error{ErrorCode::kInvalidArgument, "a password has 12 to 1,024 bytes"};
    return password;
}

Result<void> Password::mustBeHardToGuess(std::string_view email) const {
    const auto why = easyGuess(text_, email);
    if (!why) return {};
    return Error{ErrorCode::kInvalidArgument,
                 "the password is easy to guess: " + std::string(*why) +
                     ". Choose another one, such as four words that have nothing to do with each other."};
}

Password::Password(Password&& other) noexcept : text_(other.text_) {
    // Copied and wiped rather than moved: a moved short string leaves its characters behind.
    sodium_memzero(other.text_.data(), other.text_.size());
    other.text_.clear();
}

Password& Password::operator=(Password&& other) noexcept {
    if (this == &other) return *this;
    sodium_memzero(text_.data(), text_.size());
    text_ = other.text_;
    sodium_memzero(other.text_.data(), other.text_.size());
    other.text_.clear();
    return *this;
}

Password::~Password() {
    sodium_memzero(text_.data(), text_.size());
}

}  // namespace claviger::domain::secrets
