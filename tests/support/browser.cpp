#include "tests/support/browser.h"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <thread>
#include <utility>

namespace claviger::tests {
namespace {

std::string encodeForm(const fcgi::Fields& fields) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string encoded;
    const auto append = [&](const std::string& text) {
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (std::isalnum(byte) != 0) {
                encoded += c;
            } else {
                encoded += '%';
                encoded += kHex[byte >> 4];
                encoded += kHex[byte & 15];
            }
        }
    };
    for (const auto& [name, value] : fields) {
        if (!encoded.empty()) encoded += '&';
        append(name);
        encoded += '=';
        append(value);
    }
    return encoded;
}

fcgi::Response awaited(fcgi::Answer answer) {
    auto* const deferred = std::get_if<std::unique_ptr<fcgi::DeferredAnswer>>(&answer);
    if (deferred == nullptr) return std::get<fcgi::Response>(std::move(answer));
    while (!(*deferred)->isReady()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return (*deferred)->finish();
}

}  // namespace

Answer::Answer(fcgi::Answer answer) : response_(awaited(std::move(answer))) {}

Poco::JSON::Object::Ptr Answer::json() const {
    return Poco::JSON::Parser().parse(body()).extract<Poco::JSON::Object::Ptr>();
}

std::string Answer::text(const std::string& member) const {
    return json()->get(member).convert<std::string>();
}

std::string Answer::field(const std::string& name) const {
    const auto at = body().find("name=\"" + name + "\"");
    const auto end = body().find('>', at);
    const auto value = body().find("value=\"", at);
    if (at == std::string::npos || value == std::string::npos || value > end) return {};
    const auto start = value + 7;
    return body().substr(start, body().find('"', start) - start);
}

Browser::Browser(const fcgi::Application& application, std::string authority, std::string scheme)
    : application_(application), authority_(std::move(authority)), scheme_(std::move(scheme)) {}

Answer Browser::get(const std::string& target, Headers headers) {
    return send("GET", target, "", std::move(headers));
}

Answer Browser::send(const std::string& method, const std::string& target, const std::string& body, Headers headers) {
    std::map<std::string, std::string> parameters = {{"REQUEST_METHOD", method},
                                                     {"REQUEST_SCHEME", scheme_},
                                                     {"REMOTE_ADDR", address_},
                                                     {"CLAVIGER_TARGET", target},
                                                     {"CLAVIGER_HOST", authority_}};
    parameters.insert(parameters_.begin(), parameters_.end());
    std::string cookie;
    for (const auto& [name, value] : cookies_) cookie += (cookie.empty() ? "" : "; ") + name + "=" + value;
    if (!cookie.empty()) headers.try_emplace("Cookie", cookie);
    for (const auto& [header, value] : headers) {
        auto name = header;
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
        parameters[name == "CONTENT_TYPE" ? name : "HTTP_" + name] = value;
    }
    Answer answer(application_(fcgi::parseCgi({parameters.begin(), parameters.end()}, body, fcgi::BodyState::kWhole)));
    keepCookies(answer.response());
    return answer;
}

Answer Browser::postJson(const std::string& target, const std::string& body, Headers headers) {
    headers.try_emplace("Content-Type", "application/json");
    return send("POST", target, body, std::move(headers));
}

Answer Browser::postForm(const std::string& target, const fcgi::Fields& fields, Headers headers) {
    headers.try_emplace("Content-Type", "application/x-www-form-urlencoded");
    headers.try_emplace("Origin", scheme_ + "://" + authority_);
    return send("POST", target, encodeForm(fields), std::move(headers));
}

Answer Browser::signIn(const std::string& email, const std::string& password, const std::string& callbackUrl) {
    const auto page = get("/login");
    return postForm(
        "/login",
        {{"csrf", page.field("csrf")}, {"email", email}, {"password", password}, {"callbackUrl", callbackUrl}});
}

std::string Browser::csrf() {
    return get("/settings/api-keys").field("csrf");
}

void Browser::keepCookies(const fcgi::Response& response) {
    for (const auto& [name, value] : response.headers()) {
        if (name != "Set-Cookie") continue;
        const auto pair = value.substr(0, value.find(';'));
        const auto equals = pair.find('=');
        if (value.find("Max-Age=0") != std::string::npos)
            cookies_.erase(pair.substr(0, equals));
        else
            cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
}

}  // namespace claviger::tests
