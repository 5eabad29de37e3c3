#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <string>
#include <vector>

#include "fcgi/http/answer.h"
#include "fcgi/http/form.h"

namespace claviger::tests {

// An answer of the application, as a test reads it.
class Answer {
public:
    explicit Answer(fcgi::Answer);  // blocks until a deferred answer is ready

    int status() const { return response_.status(); }
    std::string header(const std::string& name) const { return response_.header(name); }
    const std::string& body() const { return response_.body(); }
    const fcgi::Response& response() const { return response_; }

    Poco::JSON::Object::Ptr json() const;               // throws if the body is no JSON object
    std::string text(const std::string& member) const;  // of the JSON body; throws if it is missing
    std::string field(const std::string& name) const;   // the value of a form field of the page; empty if there is none
    bool holds(const std::string& part) const { return body().find(part) != std::string::npos; }

private:
    fcgi::Response response_;
};

// A browser or an API client that calls the application directly, without a network. It keeps cookies as browsers do.
// The application must outlive it. For one thread.
class Browser {
public:
    using Headers = std::map<std::string, std::string>;

    Browser(const fcgi::Application& application, std::string authority, std::string scheme = "http");

    Answer get(const std::string& target, Headers = {});
    Answer send(const std::string& method, const std::string& target, const std::string& body, Headers);
    Answer postJson(const std::string& target, const std::string& body, Headers = {});
    Answer postForm(const std::string& target, const fcgi::Fields&, Headers = {});

    // Opens the login page, sends its form and returns the answer to that.
    Answer signIn(const std::string& email, const std::string& password, const std::string& callbackUrl = {});

    // The token of this session's forms, read from the keys page.
    std::string csrf();

    std::map<std::string, std::string>& cookies() { return cookies_; }
    void comeFrom(std::string address) { address_ = std::move(address); }
    void setParameter(const std::string& name, std::string value) { parameters_[name] = std::move(value); }  // of nginx

private:
    void keepCookies(const fcgi::Response&);

    const fcgi::Application& application_;
    std::string authority_;
    std::string scheme_;
    std::string address_ = "192.0.2.1";
    std::map<std::string, std::string> parameters_;
    std::map<std::string, std::string> cookies_;
};

}  // namespace claviger::tests
