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

// The form again with the e-mail that was typed, and one text for every cause.
Response loginAgain(const Services& services, const VisitorCall& call, const Refusal& refusal) {
    const auto& problem = textOf(refusal.problem);
    return Response::page(
        problem.status,
        services.pages.login({call.tenant.name, loginFormToken(services.hasher, call.request, call.tenant),
                              callbackOf(call.form), valueOf(call.form, "email"), std::string(problem.text), false}));
}

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
    auto signedIn =
        services.signIn.signIn(call.tenant, {valueOf(call.form, "email"),
                                             domain::secrets::Password::attempt(valueOf(call.form, "password")),
                                             readToken<DeviceToken>(call.request, Cookie::kDevice),
                                             readToken<SessionToken>(call.request, Cookie::kSession),
                                             {call.request.requestId, call.request.address}});
    if (!signedIn.ok()) {
        const auto refusal = refusalOf(signedIn.error());
        auto page = loginAgain(services, call, refusal);
        if (refusal.retryAfter.count() > 0) page.header("Retry-After", std::to_string(refusal.retryAfter.count()));
        return page;
    }
    auto response = Response::redirect(303, callbackOf(call.form)).notBefore(signedIn.value().settledAt);
    setToken(response, call.request, Cookie::kSession, signedIn.value().session);
    setToken(response, call.request, Cookie::kDevice, signedIn.value().device);
    clearCookie(response, call.request, Cookie::kVisit);
    return response;
}

Reply logOut(const Services& services, const PersonCall& call) {
    const auto settledAt = services.signIn.signOut(call.actor, call.session);
    auto response = Response::redirect(303, "/login").notBefore(settledAt);
    clearCookie(response, call.request, Cookie::kSession);
    return response;
}

}  // namespace claviger::fcgi
