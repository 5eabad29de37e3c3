#include "fcgi/handlers/sign_in_pages.h"

#include "fcgi/http/cookies.h"
#include "fcgi/http/path.h"

namespace claviger::fcgi {
namespace {

using domain::secrets::DeviceToken;
using domain::secrets::SessionToken;
using domain::secrets::VisitToken;

constexpr auto kHome = "/settings/api-keys";

std::string callbackOf(const Fields& fields) {
    return pathOnThisHost(valueOf(fields, "callbackUrl"), kHome);
}

bool isSignedIn(const Services& services, const VisitorCall& call) {
    const auto token = readToken<SessionToken>(call.request, Cookie::kSession);
    const domain::RequestOrigin origin{call.request.requestId, call.request.address};
    return token && services.authenticator.bySession(call.tenant, *token, origin).ok();
}

// The part of a sign-in's form that its response needs.
struct LoginForm {
    domain::Tenant tenant;
    std::string email, callback;
};

// The wait in words: "15 minutes", rounded up; "30 seconds" below one minute.
std::string inWords(std::chrono::seconds wait) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait);
    const bool isShort = wait < std::chrono::minutes{1};
    const auto number = isShort ? wait.count() : minutes.count();
    return std::to_string(number) + (isShort ? " second" : " minute") + (number == 1 ? "" : "s");
}

// The text of the problem, followed by the wait if the refusal states one.
std::string sentencesOf(const Refusal& refusal) {
    const std::string text(textOf(refusal.problem).text);
    return refusal.retryAfter.count() == 0 ? text : text + ". Try again in " + inWords(refusal.retryAfter) + ".";
}

// The form again, with the typed e-mail and one text for every cause. An outage gets the page of every outage.
Reply loginAgain(const Services& services, const Request& request, const LoginForm& form, const domain::Error& error) {
    const auto refusal = refusalOf(error);
    if (refusal.problem == Problem::kUnavailable) return refusal;
    auto page =
        Response::page(textOf(refusal.problem).status,
                       services.pages.login({form.tenant.name, loginFormToken(services.hasher, request, form.tenant),
                                             form.callback, form.email, sentencesOf(refusal), false}));
    if (refusal.retryAfter.count() > 0) page.header("Retry-After", std::to_string(refusal.retryAfter.count()));
    return page;
}

Response welcome(const Request& request, const LoginForm& form, const domain::SignedIn& signedIn) {
    auto response = Response::redirect(303, form.callback).notBefore(signedIn.effectiveAt);
    setToken(response, request, Cookie::kSession, signedIn.session);
    setToken(response, request, Cookie::kDevice, signedIn.device);
    clearCookie(response, request, Cookie::kVisit);
    return response;
}

// A sign-in whose password waits for its hashing.
class WaitingLogin final : public DeferredReply {
public:
    WaitingLogin(domain::SignInService::Waiting waiting, LoginForm form)
        : waiting_(std::move(waiting)), form_(std::move(form)) {}

    bool isReady() const override { return waiting_.isDecided(); }

    Reply finish(const Services& services, const Request& request) override {
        const auto signedIn = services.signIn.finish(std::move(waiting_));
        if (!signedIn.ok()) return loginAgain(services, request, form_, signedIn.error());
        return welcome(request, form_, signedIn.value());
    }

private:
    domain::SignInService::Waiting waiting_;
    LoginForm form_;
};

}  // namespace

std::string loginFormToken(const domain::secrets::Hasher& hasher, const Request& request,
                           const domain::Tenant& tenant) {
    const auto visit = readToken<VisitToken>(request, Cookie::kVisit);
    return visit ? hasher.formToken(tenant.id, *visit) : std::string();
}

Reply showLogin(const Services& services, const VisitorCall& call) {
    const auto query = parseFields(call.request.query).value_or(Fields{});
    if (isSignedIn(services, call)) return Response::redirect(302, callbackOf(query));

    auto visit = readToken<VisitToken>(call.request, Cookie::kVisit);
    if (!visit) visit = VisitToken::generate();
    const auto token = services.hasher.formToken(call.tenant.id, *visit);
    auto page = Response::page(
        200, services.pages.login({call.tenant.name, token, callbackOf(query), "", "", query.count("ended") > 0}));
    setToken(page, call.request, Cookie::kVisit, *visit);
    return page;
}

Reply logIn(const Services& services, const VisitorCall& call) {
    LoginForm form{call.tenant, valueOf(call.form, "email"), callbackOf(call.form)};
    auto waiting =
        services.signIn.begin(call.tenant, {form.email,
                                            domain::secrets::Password::attempt(valueOf(call.form, "password")),
                                            readToken<DeviceToken>(call.request, Cookie::kDevice),
                                            readToken<SessionToken>(call.request, Cookie::kSession),
                                            {call.request.requestId, call.request.address}});
    if (!waiting.ok()) return loginAgain(services, call.request, form, waiting.error());
    return std::make_unique<WaitingLogin>(std::move(waiting).value(), std::move(form));
}

Reply logOut(const Services& services, const PersonCall& call) {
    const auto effectiveAt = services.signIn.signOut(call.actor, call.session);
    auto response = Response::redirect(303, "/login").notBefore(effectiveAt);
    clearCookie(response, call.request, Cookie::kSession);
    return response;
}

}  // namespace claviger::fcgi
