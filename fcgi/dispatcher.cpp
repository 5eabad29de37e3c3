#include "fcgi/dispatcher.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "domain/model/schema_version.h"
#include "fcgi/handlers/sign_in_pages.h"
#include "fcgi/http/cookies.h"
#include "fcgi/http/path.h"
#include "fcgi/http/presented_key.h"
#include "fcgi/http/same_origin.h"
#include "fcgi/refusals.h"

namespace claviger::fcgi {
namespace {

using domain::secrets::Hasher;
using domain::secrets::SessionToken;

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool isRead(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

// A route that takes GET also takes HEAD: GET without a body.
bool takes(const Route& route, const std::string& method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

bool saysForm(const Request& request) {
    const auto type = request.header("content-type");
    return type && type->substr(0, type->find(';')) == kFormType;
}

// Turns an exception of a handler into a refusal.
template <class Handle>
Reply caught(const Handle& handle) {
    try {
        return handle();
    } catch (const domain::StorageUnavailable& failure) {
        return Refusal{Problem::kUnavailable, std::chrono::seconds{1}, failure.what()};
    } catch (const std::bad_alloc&) {
        return Refusal{Problem::kUnavailable, std::chrono::seconds{1}, "out of memory"};
    } catch (const Poco::Exception& failure) {
        return Refusal{Problem::kInternal, {}, failure.displayText()};
    } catch (const std::exception& failure) {
        return Refusal{Problem::kInternal, {}, failure.what()};
    }
}

// A copy without the body. A body may hold a password, so it is not kept.
Request withoutBody(const Request& request) {
    return {request.requestId,
            request.method,
            request.path,
            request.query,
            request.scheme,
            request.authority,
            request.server,
            request.address,
            request.httpsOnly,
            request.headers,
            {},
            request.bodyState};
}

}  // namespace

struct Dispatcher::Match {
    const Route* route = nullptr;  // null: no route has the path, or none with this method
    std::vector<std::string> parameters;
    std::string allow;  // the methods of all routes with this path; empty: no route has it
    Answers answers = Answers::kPage;
    bool ofTenant = false;  // some route with this path belongs to a tenant
};

// One request on its way through the steps. Each step returns the input of the next one, or a refusal.
class Dispatcher::Handling {
public:
    Handling(const Services& services, const Request& request, Match match, RequestRecord& record)
        : services_(services), request_(request), match_(std::move(match)), record_(record) {}

    Reply handle() {
        if (!match_.route) return refuseMatch();
        return std::visit([this](auto handler) { return serve(handler); }, match_.route->handler);
    }

private:
    Reply refuseMatch() {
        if (match_.allow.empty()) return Refusal{Problem::kNotFound};
        if (match_.ofTenant) {
            if (const auto tenant = findTenant(); !tenant.ok()) return tenant.error();
        }
        return Refusal{Problem::kMethodNotAllowed};
    }

    Reply serve(ForAnyone handler) { return handler(services_, {request_, std::move(match_.parameters), {}}); }

    Reply serve(ForVisitor handler) {
        if (isSignInInTheClear()) return Refusal{Problem::kHttpsRequired, {}, "sign-in over http from another machine"};
        const auto tenant = findTenant();
        if (!tenant.ok()) return tenant.error();
        const auto& known = *tenant.value();
        auto form = admitChange([&](const Hasher& hasher) { return loginFormToken(hasher, request_, known); });
        if (!form.ok()) return form.error();
        return handler(services_, {{request_, std::move(match_.parameters), std::move(form).value()}, known});
    }

    Reply serve(ForPerson handler) {
        const auto tenant = findTenant();
        if (!tenant.ok()) return tenant.error();
        const auto session = readToken<SessionToken>(request_, Cookie::kSession);
        if (!session) return Refusal{Problem::kUnauthorized};
        const auto actor =
            services_.authenticator.bySession(*tenant.value(), *session, {request_.requestId, request_.address});
        if (!actor.ok()) return refusalOf(actor.error());
        const auto user = actor.value().user().id.text();
        if (const auto page = request_.header("x-claviger-page-of"); page && *page != user)
            return Refusal{Problem::kSignedInAsAnother};
        auto form = admitChange(
            [&](const Hasher& hasher) { return hasher.formToken(actor.value().tenant().id, *session); }, user);
        if (!form.ok()) return form.error();
        return handler(services_,
                       {{request_, std::move(match_.parameters), std::move(form).value()}, actor.value(), *session});
    }

    Reply serve(ForApiClient handler) {
        const auto presented = presentedKey(request_);
        if (!presented.ok()) return presented.error();
        const auto tenant = findTenant();
        if (!tenant.ok()) return tenant.error();
        const auto bearer = services_.authenticator.byApiKey(
            *tenant.value(), presented.value(),
            {request_.address, domain::userAgentOf(request_.header("user-agent").value_or(""))});
        if (!bearer.ok()) return refusalOf(bearer.error());
        record_.keyId = bearer.value().key();
        return handler(services_, {{request_, std::move(match_.parameters), {}}, bearer.value()});
    }

    Result<domain::SharedTenant> findTenant() {
        const auto host = domain::HostName::parseAuthority(request_.authority);
        if (host.ok() && !request_.server.empty() && host.value().text() != request_.server)
            return Refusal{Problem::kBadRequest, {}, "the request line and the Host header name different hosts"};
        auto tenant = host.ok() ? services_.tenants.findByHost(host.value()) : nullptr;
        if (!tenant) return Refusal{Problem::kUnknownHost, {}, "no tenant has this host"};
        record_.tenant = tenant->slug.text();
        if (tenant->status != domain::TenantStatus::kActive) return Refusal{Problem::kTenantSuspended};
        if (tenant->schemaVersion < domain::kTenantSchemaVersion)
            return Refusal{Problem::kTenantMigrating, std::chrono::seconds{1}};
        return tenant;
    }

    // Whether this is a sign-in over http where nginx demands https: its password crosses the network unencrypted. A
    // request from this machine crosses no network.
    bool isSignInInTheClear() const {
        const bool isLocal = request_.address.starts_with("127.") || request_.address == "::1";
        return request_.httpsOnly && request_.scheme != "https" && !isLocal;
    }

    std::optional<Refusal> refuseOrigin() const {
        switch (originOf(request_)) {
            case Origin::kSame:
                return std::nullopt;
            case Origin::kOtherScheme:
                return Refusal{Problem::kOtherScheme,
                               {},
                               "Origin differs only in its scheme: where TLS ends before nginx, include "
                               "claviger_behind_proxy.conf"};
            case Origin::kForeign:
                break;
        }
        return Refusal{Problem::kCrossOrigin, {}, "foreign Origin or Sec-Fetch-Site"};
    }

    // Checks a request that changes something, and returns the fields of its form. It must come from this site, and its
    // body must be whole. If it is a form, it must carry the token that `expected` returns for a hasher. An older page
    // may carry the token of the other pepper's hasher. `user` is the signed-in person, empty for a visitor. A request
    // that only reads, and one that is no form, has no fields.
    template <class Expected>
    Result<Fields> admitChange(const Expected& expected, const std::string& user = {}) const {
        if (isRead(request_.method)) return Fields{};
        if (const auto refusal = refuseOrigin()) return *refusal;
        if (request_.bodyState == BodyState::kTooLarge) return Refusal{Problem::kBodyTooLarge};
        if (request_.bodyState == BodyState::kCutShort) return Refusal{Problem::kBadRequest, {}, "body cut short"};
        if (match_.answers != Answers::kPage) return Fields{};

        auto form = saysForm(request_) ? parseFields(request_.body) : std::nullopt;
        if (!form) return Refusal{Problem::kBadRequest, {}, "not a readable form"};
        const auto carries = [&](const Hasher* hasher) {
            const std::string token = hasher != nullptr ? expected(*hasher) : std::string();
            return !token.empty() && domain::secrets::equalInConstantTime(valueOf(*form, "csrf"), token);
        };
        const auto pageOf = valueOf(*form, "pageOf");
        if (!pageOf.empty() && pageOf != user) return Refusal{Problem::kSignedInAsAnother};
        if (!carries(&services_.hasher) && !carries(services_.hasher.other())) {
            if (!pageOf.empty()) return Refusal{Problem::kPageOutdated};
            return Refusal{Problem::kCrossOrigin, {}, "form token missing or bad"};
        }
        return std::move(*form);
    }

    const Services& services_;
    const Request& request_;
    Match match_;
    RequestRecord& record_;
};

// A request whose handler waits, with all that the last steps need.
class Dispatcher::Deferred final : public DeferredAnswer {
public:
    Deferred(const Dispatcher& dispatcher, std::unique_ptr<DeferredReply> reply, const Request& request, Match match,
             RequestRecord record)
        : dispatcher_(dispatcher),
          reply_(std::move(reply)),
          request_(withoutBody(request)),
          match_(std::move(match)),
          record_(std::move(record)) {
        record_.requestId = request_.requestId;
        record_.method = request_.method;
    }

    bool isReady() const override { return reply_->isReady(); }

    Response finish() override {
        auto reply = caught([this] { return reply_->finish(dispatcher_.services_, request_); });
        return dispatcher_.conclude(std::move(reply), request_, match_, record_);
    }

private:
    const Dispatcher& dispatcher_;
    const std::unique_ptr<DeferredReply> reply_;
    const Request request_;
    const Match match_;
    RequestRecord record_;
};

Dispatcher::Dispatcher(std::span<const Route> routes, const Services& services, Log log)
    : routes_(routes), services_(services), log_(std::move(log)) {}

Answer Dispatcher::operator()(const Request& request) const {
    RequestRecord record{.requestId = request.requestId, .method = request.method};
    auto match = this->match(request);
    if (match.route) record.route = match.route->path;

    auto reply = caught([&] { return Handling(services_, request, match, record).handle(); });
    if (auto* const deferred = std::get_if<std::unique_ptr<DeferredReply>>(&reply))
        return std::make_unique<Deferred>(*this, std::move(*deferred), request, std::move(match), std::move(record));
    return conclude(std::move(reply), request, match, record);
}

// `reply` is a response or a refusal.
Response Dispatcher::conclude(Reply reply, const Request& request, const Match& match, RequestRecord& record) const {
    if (const auto* refusal = std::get_if<Refusal>(&reply)) {
        record.cause = refusal->cause;
        const auto failure = match.route ? match.route->failure : std::string_view();
        reply = render(*refusal, {request, match.answers, match.allow, failure}, services_.pages);
    }
    auto response = std::get<Response>(std::move(reply));
    response.header("X-Request-Id", request.requestId);

    record.status = response.status();
    if (record.status < 300 && match.route && match.route->logged == Logged::kRefusals) return response;
    const auto taken = std::chrono::steady_clock::now() - record.begun;
    record.milliseconds = std::chrono::duration<double, std::milli>(taken).count();
    log_(record);
    return response;
}

Dispatcher::Match Dispatcher::match(const Request& request) const {
    Match match;
    if (request.path.starts_with("/api/") || request.path.starts_with("/v1/")) match.answers = Answers::kDocument;
    const auto segments = splitPath(request.path);
    if (!segments) return match;

    for (const auto& route : routes_) {
        auto parameters = matchPath(route.path, *segments);
        if (!parameters) continue;
        match.answers = route.answers;
        match.ofTenant = match.ofTenant || !std::holds_alternative<ForAnyone>(route.handler);
        match.allow +=
            (match.allow.empty() ? "" : ", ") + std::string(route.method == "GET" ? "GET, HEAD" : route.method);
        if (!takes(route, request.method)) continue;
        match.route = &route;
        match.parameters = std::move(*parameters);
        break;
    }
    return match;
}

}  // namespace claviger::fcgi
