#pragma once

#include <optional>
#include <string>

#include "domain/secrets/token.h"
#include "fcgi/http/request.h"
#include "fcgi/http/response.h"

namespace claviger::fcgi {

// The cookies of this service. All are host-only, HttpOnly and SameSite=Lax. Under https they are Secure and bear the
// prefix __Host-, which keeps a sibling host from planting one.
enum class Cookie {
    kSession,  // signed in; goes with the browser's session
    kDevice,   // has signed in before; kept for a year
    kVisit,    // at the login page; goes with the browser's session
};

// The token in the cookie. nullopt if there is none, if it is malformed, or if the browser sent two with different
// values: the server cannot know which of them it has set.
template <class TokenType>
std::optional<TokenType> readToken(const Request& request, Cookie cookie);

// Adds the Set-Cookie header. The request's scheme decides the cookie's name and whether it is Secure.
void setToken(Response&, const Request&, Cookie, const domain::secrets::TokenBytes&);
void clearCookie(Response&, const Request&, Cookie);

// The cookie's text, unparsed. nullopt if there is none, or if the browser sent two with different values.
std::optional<std::string> readCookie(const Request&, Cookie);

template <class TokenType>
std::optional<TokenType> readToken(const Request& request, Cookie cookie) {
    const auto text = readCookie(request, cookie);
    return text ? TokenType::parse(*text) : std::nullopt;
}

}  // namespace claviger::fcgi
