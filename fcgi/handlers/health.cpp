#include "fcgi/handlers/health.h"

#include "fcgi/json/documents.h"

namespace claviger::fcgi {

Reply showAlive(const Services&, const Call&) {
    return Response::json(200, R"({"status":"alive"})");
}

Reply showReady(const Services& services, const Call& call) {
    const auto verdict = services.readiness.verdict();
    if (verdict.missing.empty()) return Response::json(200, R"({"status":"ready"})");
    return Response::problem(503, notReadyDocument(verdict.missing, call.request.requestId)).header("Retry-After", "1");
}

}  // namespace claviger::fcgi
