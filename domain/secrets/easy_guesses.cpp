#include "domain/secrets/easy_guesses.h"

#include <sodium.h>

#include <algorithm>
#include <string>
#include <vector>

#include "domain/secrets/common_passwords.h"

namespace claviger::domain::secrets {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

// Every byte of a non-ASCII character counts as a letter.
bool isOfAWord(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// A text in lower case (ASCII), which wipes itself.
class LowerCase {
public:
    explicit LowerCase(std::string_view text) : text_(text) {
        for (char& c : text_)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    ~LowerCase() { sodium_memzero(text_.data(), text_.size()); }
    LowerCase(const LowerCase&) = delete;
    LowerCase& operator=(const LowerCase&) = delete;

    std::string_view text() const { return text_; }

    // Removes all bytes that belong to no word. The string keeps its size, so that the destructor wipes all of it.
    void keepWords() {
        const auto end = std::remove_if(text_.begin(), text_.end(), [](char c) { return !isOfAWord(c); });
        std::fill(end, text_.end(), '\0');
        words_ = static_cast<std::size_t>(end - text_.begin());
    }
    std::string_view words() const { return text().substr(0, words_); }

private:
    std::string text_;
    std::size_t words_ = 0;
};

bool isCommon(std::string_view password) {
    if (password.find('\n') != std::string_view::npos) return false;
    for (auto at = kCommonPasswords.find(password); at != std::string_view::npos;
         at = kCommonPasswords.find(password, at + 1))
        if (kCommonPasswords[at - 1] == '\n' && kCommonPasswords[at + password.size()] == '\n') return true;
    return false;
}

// A non-ASCII character has several bytes, so the whole sequence must repeat.
bool isOneCharacter(std::string_view password) {
    const auto isLaterByte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    std::size_t size = 1;
    while (size < password.size() && isLaterByte(password[size])) ++size;
    return password.size() % size == 0 && password.substr(size) == password.substr(0, password.size() - size);
}

std::vector<std::string_view> wordsOf(std::string_view email) {
    std::vector<std::string_view> words;
    for (auto begin = email.begin(); begin != email.end();) {
        begin = std::find_if(begin, email.end(), isOfAWord);
        const auto end = std::find_if_not(begin, email.end(), isOfAWord);
        if (begin != end) words.emplace_back(begin, end);
        begin = end;
    }
    return words;
}

// Whether the text is a sequence of these words and of digits. reached[n] is true if its first n bytes are.
bool consistsOf(const std::vector<std::string_view>& words, std::string_view text) {
    std::vector<bool> reached(text.size() + 1);
    reached[0] = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!reached[at]) continue;
        if (isDigit(text[at])) reached[at + 1] = true;
        for (const auto word : words)
            if (text.substr(at).starts_with(word)) reached[at + word.size()] = true;
    }
    return reached[text.size()];
}

}  // namespace

std::optional<std::string_view> easyGuess(std::string_view password, std::string_view email) {
    LowerCase lower(password);
    if (isOneCharacter(lower.text())) return "it is one character, repeated";
    if (isCommon(lower.text())) return "it is one of the 3,000 commonest passwords";
    lower.keepWords();
    const LowerCase address(email);
    if (!lower.words().empty() && consistsOf(wordsOf(address.text()), lower.words()))
        return "it consists of digits and words of the e-mail only";
    return std::nullopt;
}

}  // namespace claviger::domain::secrets
