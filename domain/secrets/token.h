#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain::secrets {

// 256 random bits that a browser keeps in a cookie. They cannot be copied or printed, and they wipe themselves.
class TokenBytes {
public:
    static constexpr std::size_t kTextLength = 43;  // base64url without padding (RFC 4648, section 5)

    TokenBytes(TokenBytes&&) noexcept;
    TokenBytes& operator=(TokenBytes&&) noexcept;
    TokenBytes(const TokenBytes&) = delete;
    TokenBytes& operator=(const TokenBytes&) = delete;
    ~TokenBytes();

    // The only way out, for the cookie that carries the token. The returned copy does not wipe itself.
    std::string revealForCookie() const;

protected:
    TokenBytes() = default;
    void fill();
    bool read(std::string_view text);

private:
    friend class Hasher;
    std::array<std::uint8_t, 32> bytes_{};
};

template <class Kind>
class Token : public TokenBytes {
public:
    static Token generate() {
        Token token;
        token.fill();
        return token;
    }

    // Returns nullopt unless the text has exactly the form of revealForCookie().
    static std::optional<Token> parse(std::string_view text) {
        Token token;
        return token.read(text) ? std::optional<Token>(std::move(token)) : std::nullopt;
    }

private:
    Token() = default;
};

using SessionToken = Token<struct SessionTokenKind>;  // a signed-in browser
using DeviceToken = Token<struct DeviceTokenKind>;    // a browser that has signed in to the account before
using VisitToken = Token<struct VisitTokenKind>;      // a browser at the login page, before any session

}  // namespace claviger::domain::secrets
