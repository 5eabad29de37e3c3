#include "fcgi/http/cookies.h"

#include <Poco/Net/HTTPCookie.h>
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

Poco::Net::HTTPCookie bare(const Request& request, Cookie cookie, const std::string& value) {
    Poco::Net::HTTPCookie made(nameOf(request, cookie), value);
    made.setPath("/");
    made.setHttpOnly();
    made.setSameSite(Poco::Net::HTTPCookie::SAME_SITE_LAX);
    made.setSecure(isSecure(request));
    made.setVersion(0);
    return made;
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
    auto made = bare(request, cookie, token.revealForCookie());
    if (cookie == Cookie::kDevice) made.setMaxAge(kYear);
    response.header("Set-Cookie", made.toString());
}

void clearCookie(Response& response, const Request& request, Cookie cookie) {
    auto made = bare(request, cookie, "");
    made.setMaxAge(0);
    response.header("Set-Cookie", made.toString());
}

}  // namespace claviger::fcgi
