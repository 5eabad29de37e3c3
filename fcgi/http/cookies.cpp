#include "fcgi/http/cookies.h"

#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>

namespace claviger::fcgi {
namespace {

constexpr int kYear = 365 * 24 * 60 * 60;  // seconds

bool isSecure(const Request& request) {
    return request.scheme == "https";
}

std::string nameOf(const Request& request, Cookie cookie) {
    const std::string prefix = isSecure(request) ? "__Host-" : "";
    switch (cookie) {
        case Cookie::kSession:
            return prefix + "claviger_session";
        case Cookie::kDevice:
            return prefix + "claviger_device";
        case Cookie::kVisit:
            return prefix + "claviger_visit";
    }
    return {};
}

// Written here, since Poco's HTTPCookie either quotes Max-Age or omits it. A token needs no quoting.
std::string line(const Request& request, Cookie cookie, const std::string& value, const std::string& lifetime) {
    const std::string secure = isSecure(request) ? "; Secure" : "";
    return nameOf(request, cookie) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + secure + lifetime;
}

}  // namespace

std::optional<std::string> readCookie(const Request& request, Cookie cookie) {
    const auto header = request.header("cookie");
    if (!header) return std::nullopt;
    Poco::Net::NameValueCollection sent;
    const std::string pairs(*header);
    Poco::Net::MessageHeader::splitParameters(pairs.begin(), pairs.end(), sent);

    const auto name = nameOf(request, cookie);
    std::optional<std::string> value;
    for (const auto& [sentName, sentValue] : sent) {
        if (sentName != name) continue;
        if (value && *value != sentValue) return std::nullopt;
        value = sentValue;
    }
    return value;
}

void setToken(Response& response, const Request& request, Cookie cookie, const domain::secrets::TokenBytes& token) {
    const auto lifetime = cookie == Cookie::kDevice ? "; Max-Age=" + std::to_string(kYear) : "";
    response.header("Set-Cookie", line(request, cookie, token.revealForCookie(), lifetime));
}

void clearCookie(Response& response, const Request& request, Cookie cookie) {
    response.header("Set-Cookie", line(request, cookie, "", "; Max-Age=0"));
}

}  // namespace claviger::fcgi
