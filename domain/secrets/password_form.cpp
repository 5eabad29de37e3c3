#include "domain/secrets/password_form.h"

#include <sodium.h>

#include <charconv>
#include <cstdint>

namespace claviger::domain::secrets {
namespace {

constexpr std::string_view kOpen = "$argon2id", kSealed = "$sealed-argon2id";
constexpr std::uint32_t kMostVersion = 1'000'000'000;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

// Reads the parts of a text one after another. After a fixed part that is missing, the rest counts as empty.
class Parts {
public:
    explicit Parts(std::string_view text) : rest_(text) {}

    bool take(std::string_view part) {
        const bool there = rest_.starts_with(part);
        rest_ = there ? rest_.substr(part.size()) : std::string_view{};
        return there;
    }

    // Reads decimal digits without a leading zero.
    std::optional<std::uint32_t> takeNumber() {
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc{} || rest_.front() == '0') return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }

    // Reads base64 without padding, in its canonical form, and appends the decoded bytes to `to`. Returns false unless
    // there are that many bytes.
    bool takeBase64(std::size_t bytes, std::string& to) {
        const auto length = sodium_base64_encoded_len(bytes, kVariant) - 1;  // counted with a closing NUL
        const auto text = rest_.substr(0, length);
        std::string decoded(bytes, '\0');
        std::size_t count = 0;
        const bool whole = text.size() == length &&
                           sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()), decoded.size(),
                                             text.data(), text.size(), nullptr, &count, nullptr, kVariant) == 0;
        rest_.remove_prefix(text.size());
        to += decoded;
        return whole && count == bytes;
    }

    bool atEnd() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

// Accepts only whole MiB, because configured costs are in whole MiB.
std::optional<PasswordCost> takeCost(Parts& parts) {
    if (!parts.take("$v=19$m=")) return std::nullopt;
    const auto kibibytes = parts.takeNumber();
    if (!kibibytes || *kibibytes % 1024 != 0 || !parts.take(",t=")) return std::nullopt;
    const auto passes = parts.takeNumber();
    if (!passes || !parts.take(",p=1")) return std::nullopt;
    return PasswordCost{*kibibytes / 1024, *passes};
}

std::string encoded(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      kVariant);
    text.pop_back();  // the closing NUL
    return text;
}

std::string_view nameOf(bool sealed) {
    return sealed ? kSealed : kOpen;
}

}  // namespace

std::optional<PasswordForm> PasswordForm::read(std::string_view stored) {
    const bool sealed = stored.starts_with(kSealed);
    Parts parts(stored);
    (void)parts.take(nameOf(sealed));
    const auto cost = takeCost(parts);
    if (!cost || !parts.take("$")) return std::nullopt;
    PasswordForm form{*cost};
    if (sealed) {
        const auto version = parts.takeNumber();
        if (!version || *version > kMostVersion) return std::nullopt;
        form.sealedWith = static_cast<int>(*version);
    }
    const bool whole = sealed ? parts.take("$") && parts.takeBase64(kBoxBytes, form.bytes)
                              : parts.takeBase64(kSaltBytes, form.bytes) && parts.take("$") &&
                                    parts.takeBase64(kHashBytes, form.bytes);
    return whole && parts.atEnd() ? std::optional(std::move(form)) : std::nullopt;
}

std::string PasswordForm::head() const {
    std::string text(nameOf(sealedWith.has_value()));
    text += "$v=19$m=" + std::to_string(cost.memoryMiB * 1024) + ",t=" + std::to_string(cost.passes) + ",p=1$";
    if (sealedWith) text += std::to_string(*sealedWith) + "$";
    return text;
}

std::string PasswordForm::text() const {
    if (sealedWith) return head() + encoded(bytes);
    const std::string_view all = bytes;
    return head() + encoded(all.substr(0, kSaltBytes)) + "$" + encoded(all.substr(kSaltBytes));
}

std::optional<PasswordCost> readCost(std::string_view head) {
    Parts parts(head);
    (void)parts.take(nameOf(head.starts_with(kSealed)));
    const auto cost = takeCost(parts);
    return cost && parts.atEnd() ? cost : std::nullopt;
}

}  // namespace claviger::domain::secrets
