#include "fcgi/http/request.h"

#include <algorithm>
#include <utility>

#include "domain/base/clock.h"
#include "domain/base/id.h"

namespace claviger::fcgi {
namespace {

constexpr std::string_view kHeaderPrefix = "HTTP_";

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

std::string headerName(std::string_view parameter) {
    auto name = lower(parameter);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

std::string takeValue(CgiParameters& parameters, std::string_view name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : std::move(found->second);
}

bool isRequestId(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string makeRequestId() {
    auto text = domain::uuidText(domain::makeUuid(domain::SystemClock().now()));
    std::erase(text, '-');
    return text;
}

}  // namespace

std::optional<std::string_view> Request::header(const std::string& lowerCaseName) const {
    const auto found = headers.find(lowerCaseName);
    if (found == headers.end()) return std::nullopt;
    return found->second;
}

Request parseCgi(CgiParameters parameters, std::string body, BodyState bodyState) {
    Request request;
    request.requestId = takeValue(parameters, "CLAVIGER_REQUEST_ID");
    if (!isRequestId(request.requestId)) request.requestId = makeRequestId();
    request.method = takeValue(parameters, "REQUEST_METHOD");
    request.scheme = takeValue(parameters, "REQUEST_SCHEME");
    request.authority = lower(takeValue(parameters, "CLAVIGER_HOST"));
    request.address = takeValue(parameters, "REMOTE_ADDR");
    request.body = std::move(body);
    request.bodyState = bodyState;

    const auto target = takeValue(parameters, "CLAVIGER_TARGET");
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);

    for (auto& [name, value] : parameters) {
        if (name.starts_with(kHeaderPrefix))
            request.headers.emplace(headerName(std::string_view(name).substr(kHeaderPrefix.size())), std::move(value));
    }
    // nginx names the first of two here and sends both as HTTP_CONTENT_TYPE.
    if (auto type = takeValue(parameters, "CONTENT_TYPE"); !type.empty())
        request.headers.emplace("content-type", std::move(type));
    return request;
}

}  // namespace claviger::fcgi
