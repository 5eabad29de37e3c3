#include "fcgi/http/request.h"

#include <Poco/Ascii.h>

#include <algorithm>
#include <utility>

#include "domain/base/clock.h"
#include "domain/base/id.h"

namespace claviger::fcgi {
namespace {

constexpr std::string_view kHeaderPrefix = "HTTP_";
constexpr std::size_t kUsualHeaders = 16;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

std::string headerName(std::string_view parameter) {
    std::string name(parameter);
    for (char& c : name) c = c == '_' ? '-' : lower(c);
    return name;
}

bool isRequestId(std::string_view text) {
    const auto isLowerHex = [](char c) { return Poco::Ascii::isHexDigit(c) && !Poco::Ascii::isUpper(c); };
    return text.size() == 32 && std::all_of(text.begin(), text.end(), isLowerHex);
}

std::string makeRequestId() {
    auto text = domain::uuidText(domain::makeUuid(domain::SystemClock().now()));
    std::erase(text, '-');
    return text;
}

std::string_view valueOf(const CgiParameters& parameters, std::string_view name) {
    for (const auto& [known, value] : parameters)
        if (known == name) return value;
    return {};
}

void addHeader(Request& request, std::string name, std::string_view value) {
    for (auto& [known, values] : request.headers) {
        if (known != name) continue;
        values.append(name == "cookie" ? "; " : ", ").append(value);
        return;
    }
    request.headers.emplace_back(std::move(name), value);
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lowerCaseName) const {
    for (const auto& [name, value] : headers)
        if (name == lowerCaseName) return value;
    return std::nullopt;
}

Request parseCgi(const CgiParameters& parameters, std::string body, BodyState bodyState) {
    Request request;
    request.requestId = valueOf(parameters, "CLAVIGER_REQUEST_ID");
    if (!isRequestId(request.requestId)) request.requestId = makeRequestId();
    request.method = valueOf(parameters, "REQUEST_METHOD");
    request.scheme = valueOf(parameters, "REQUEST_SCHEME");
    request.authority = lower(valueOf(parameters, "CLAVIGER_HOST"));
    request.server = valueOf(parameters, "CLAVIGER_SERVER");
    request.address = valueOf(parameters, "REMOTE_ADDR");
    request.httpsOnly = !valueOf(parameters, "CLAVIGER_HTTPS_ONLY").empty();
    request.body = std::move(body);
    request.bodyState = bodyState;

    const auto target = valueOf(parameters, "CLAVIGER_TARGET");
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);

    request.headers.reserve(kUsualHeaders);
    for (const auto& [name, value] : parameters)
        if (name.starts_with(kHeaderPrefix)) addHeader(request, headerName(name.substr(kHeaderPrefix.size())), value);
    // If a client sends two content types, nginx passes the first here and both as HTTP_CONTENT_TYPE.
    if (const auto type = valueOf(parameters, "CONTENT_TYPE"); !type.empty() && !request.header("content-type"))
        request.headers.emplace_back("content-type", type);
    return request;
}

}  // namespace claviger::fcgi
