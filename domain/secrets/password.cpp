#include "domain/secrets/password.h"

#include <sodium.h>

#include <optional>
#include <string_view>

#include "domain/base/utf8.h"
#include "domain/secrets/easy_guesses.h"
#include "domain/secrets/password_form.h"
#include "domain/secrets/wipe.h"

namespace claviger::domain::secrets {
namespace {

bool isWithinBounds(const PasswordCost& cost, std::size_t mostWork) {
    return cost.memoryMiB >= PasswordCost::kLeastMiB && cost.memoryMiB <= PasswordCost::kMostMiB &&
           cost.passes >= PasswordCost::kLeastPasses && cost.passes <= PasswordCost::kMostPasses &&
           cost.work() <= mostWork;
}

bool isUtf8(const std::string& text) {
    auto points = decodeUtf8(text);
    if (points) sodium_memzero(points->data(), points->size() * sizeof(char32_t));
    return points.has_value();
}

}  // namespace

std::optional<PasswordCost> PasswordCost::parse(std::string_view head) {
    return readCost(head);
}

std::optional<PasswordCost> PasswordHash::cost() const {
    const auto form = PasswordForm::read(text_);
    return form ? std::optional(form->cost) : std::nullopt;
}

std::optional<int> PasswordHash::sealedWith() const {
    const auto form = PasswordForm::read(text_);
    return form ? form->sealedWith : std::nullopt;
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
    if (!isUtf8(chosen))
        return Error{ErrorCode::kInvalidArgument,
                     "the password is not UTF-8, and browsers send nothing else: no browser could sign in with it"};
    return password;
}

Result<void> Password::mustBeHardToGuess(std::string_view email) const {
    const auto why = easyGuess(text_, email);
    if (!why) return {};
    return Error{ErrorCode::kInvalidArgument,
                 "the password is easy to guess: " + std::string(*why) +
                     ". Choose another one, such as four words that have nothing to do with each other."};
}

Password::Password(Password&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

Password& Password::operator=(Password&& other) noexcept {
    if (this == &other) return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
}

Password::~Password() {
    wipe(text_);
}

}  // namespace claviger::domain::secrets
