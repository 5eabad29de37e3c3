#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace claviger::fcgi {

// One HTTP answer.
class Response {
public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit Response(int status) : status_(status) {}

    // None of these may be cached: what is signed in, or shown once, stays here.
    static Response json(int status, std::string document);
    static Response problem(int status, std::string document);  // RFC 9457
    static Response page(int status, std::string html);
    static Response redirect(int status, const std::string& location);

    Response& header(std::string name, std::string value) &;  // a CR or LF in it is an error of ours: throws
    Response&& header(std::string name, std::string value) &&;

    // To be sent at that moment, and not before; no thread waits for it.
    Response&& notBefore(Moment moment) && { return notBefore_ = moment, std::move(*this); }

    int status() const { return status_; }
    Moment notBefore() const { return notBefore_; }
    const std::string& body() const { return body_; }
    std::string takeBody() && { return std::move(body_); }
    const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }

    // The header's value, or an empty text; the name as it was given.
    std::string header(const std::string& name) const;

    // What a responder sends before the body (RFC 3875, section 6): "Status: …", the headers, an empty line.
    std::string cgiHead() const;

private:
    static Response withBody(int status, std::string type, std::string body);

    int status_;
    Moment notBefore_ = Moment::min();
    std::vector<std::pair<std::string, std::string>> headers_;
    std::string body_;
};

}  // namespace claviger::fcgi
