#include "fcgi/http/cookies.h"

#include "tests/fuzz/targets.h"

namespace claviger::tests {

void fuzzCookies(const std::string& input) {
    fcgi::Request request;
    request.headers = {{"cookie", input}};
    for (const auto* scheme : {"http", "https"}) {
        request.scheme = scheme;
        for (const auto cookie : {fcgi::Cookie::kSession, fcgi::Cookie::kDevice, fcgi::Cookie::kVisit}) {
            const auto token = fcgi::readToken<domain::secrets::SessionToken>(request, cookie);
            if (token) promise(token->revealForCookie() == fcgi::readCookie(request, cookie), "a token has one text");
        }
    }
}

}  // namespace claviger::tests
