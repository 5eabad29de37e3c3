#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace claviger::fcgi {

// One HTTP response.
class Response {
public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit Response(int status) : status_(status) {}

    // These four forbid caching: data of a signed-in person, or shown once, stays out of caches.
    static Response json(int status, std::string document);
    static Response problem(int status, std::string document);  // RFC 9457
    static Response page(int status, std::string html);
    static Response redirect(int status, const std::string& location);

    // Adds a header. Throws std::logic_error for a CR or LF in the value: that is a bug of ours.
    Response& header(std::string name, std::string value) &;
    Response&& header(std::string name, std::string value) &&;

    // The response is sent at that moment, not earlier; no thread waits for it. Without this call it is sent at once.
    Response&& notBefore(Moment moment) && { return notBefore_ = moment, std::move(*this); }

    int status() const { return status_; }
    Moment notBefore() const { return notBefore_; }
    const std::string& body() const { return body_; }
    std::string takeBody() && { return std::move(body_); }
    const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }

    // The value of the first header of that name, case-sensitive; empty if there is none.
    std::string header(const std::string& name) const;

    // The bytes that a responder sends before the body (RFC 3875, section 6): "Status: …", the headers, an empty line.
    std::string cgiHead() const;

private:
    static Response withBody(int status, std::string type, std::string body);

    int status_;
    Moment notBefore_ = Moment::min();
    std::vector<std::pair<std::string, std::string>> headers_;
    std::string body_;
};

}  // namespace claviger::fcgi
