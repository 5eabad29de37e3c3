#include "fcgi/refusals.h"

#include "fcgi/http/path.h"
#include "fcgi/json/documents.h"

namespace claviger::fcgi {
namespace {

std::string_view publicText(const Refusal& refusal, const RefusedAt& at) {
    const bool ownText = refusal.problem == Problem::kInternal && !at.failure.empty();
    return ownText ? at.failure : textOf(refusal.problem).text;
}

// Redirects to the login page, which leads back to the same page. For a form it also says that nothing was changed.
Response toLogin(const Request& request) {
    const bool isGet = request.method == "GET" || request.method == "HEAD";
    const auto back = isGet && !request.query.empty() ? request.path + "?" + request.query : request.path;
    if (request.path == "/logout") return Response::redirect(303, "/login");
    const auto target = back.size() > kLongestTarget ? std::string("/") : back;
    return Response::redirect(isGet ? 302 : 303,
                              "/login?callbackUrl=" + encodeComponent(target) + (isGet ? "" : "&ended=1"));
}

// The page for a person may say more than the document for a program: that the address is wrong, and not the path.
ErrorPage errorPage(const Refusal& refusal, const RefusedAt& at) {
    const int status = textOf(refusal.problem).status;
    if (refusal.problem == Problem::kUnknownHost)
        return {status, "No company has this address", at.request.requestId,
                "Look for a typing error in the address, or ask your company for the right one."};
    return {status, std::string(publicText(refusal, at)), at.request.requestId};
}

Response page(const Refusal& refusal, const RefusedAt& at, const Pages& pages) {
    if (refusal.problem == Problem::kUnauthorized) return toLogin(at.request);
    const int status = textOf(refusal.problem).status;
    try {
        return Response::page(status, pages.error(errorPage(refusal, at)));
    } catch (const std::exception&) {
        return Response(status);  // the error page cannot be made; the status still names the problem
    }
}

// For auth_request, nginx treats every status but 2xx, 401 and 403 as an error of its own.
Response guard(const Refusal& refusal) {
    const auto& problem = textOf(refusal.problem);
    return Response(problem.status == 401 ? 401 : 403)
        .header("X-Claviger-Refusal", std::string(problem.code))
        .header("Cache-Control", "no-store");
}

Response document(const Refusal& refusal, const RefusedAt& at) {
    return Response::problem(textOf(refusal.problem).status,
                             problemDocument(refusal.problem, publicText(refusal, at), at.request.requestId));
}

// RFC 6750, section 3: an error code only where a key was presented.
void challenge(Response& response, Problem problem) {
    const bool isRefusedKey =
        problem == Problem::kInvalidKey || problem == Problem::kKeyExpired || problem == Problem::kKeyDisabled;
    if (isRefusedKey) response.header("WWW-Authenticate", R"(Bearer realm="claviger", error="invalid_token")");
    if (problem == Problem::kKeyRequired) response.header("WWW-Authenticate", R"(Bearer realm="claviger")");
}

}  // namespace

Response render(const Refusal& refusal, const RefusedAt& at, const Pages& pages) {
    auto response = at.answers == Answers::kPage    ? page(refusal, at, pages)
                    : at.answers == Answers::kGuard ? guard(refusal)
                                                    : document(refusal, at);
    challenge(response, refusal.problem);
    if (refusal.problem == Problem::kMethodNotAllowed) response.header("Allow", at.allow);
    if (refusal.retryAfter.count() > 0) response.header("Retry-After", std::to_string(refusal.retryAfter.count()));
    return response;
}

}  // namespace claviger::fcgi
