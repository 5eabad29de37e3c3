#include "fcgi/http/response.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <stdexcept>

namespace claviger::fcgi {
namespace {

constexpr std::size_t kRoomForHeaders = 512;

}  // namespace

Response Response::json(int status, std::string document) {
    return withBody(status, "application/json", std::move(document));
}

Response Response::problem(int status, std::string document) {
    return withBody(status, "application/problem+json", std::move(document));
}

Response Response::page(int status, std::string html) {
    return withBody(status, "text/html; charset=utf-8", std::move(html));
}

Response Response::withBody(int status, std::string type, std::string body) {
    Response response(status);
    response.body_ = std::move(body);
    return std::move(response).header("Content-Type", std::move(type)).header("Cache-Control", "no-store");
}

Response Response::redirect(int status, const std::string& location) {
    return Response(status).header("Location", location).header("Cache-Control", "no-store");
}

Response& Response::header(std::string name, std::string value) & {
    const auto breaksLine = [](char c) { return c == '\r' || c == '\n'; };
    if (std::any_of(value.begin(), value.end(), breaksLine))
        throw std::logic_error("a header of ours holds a line break");
    headers_.emplace_back(std::move(name), std::move(value));
    return *this;
}

Response&& Response::header(std::string name, std::string value) && {
    return std::move(header(std::move(name), std::move(value)));
}

std::string Response::header(const std::string& name) const {
    for (const auto& [known, value] : headers_)
        if (known == name) return value;
    return {};
}

std::string Response::cgiHead() const {
    using Poco::Net::HTTPResponse;
    std::string text;
    text.reserve(kRoomForHeaders);
    text.append("Status: ").append(std::to_string(status_)).append(" ");
    text.append(HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(status_))).append("\r\n");
    for (const auto& [name, value] : headers_) text.append(name).append(": ").append(value).append("\r\n");
    // The length is sent even if the body is left out, as for HEAD. A 204 has no body and so no length.
    if (!body_.empty()) text.append("Content-Length: ").append(std::to_string(body_.size())).append("\r\n");
    text += "\r\n";
    return text;
}

}  // namespace claviger::fcgi
