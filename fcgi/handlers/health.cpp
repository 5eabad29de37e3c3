#include "fcgi/handlers/health.h"

namespace claviger::fcgi {

Reply showAlive(const Services&, const Call&) {
    return Response::json(200, R"({"status":"alive"})");
}

Reply showReady(const Services& services, const Call&) {
    // Any answer will do: it takes the database and the control schema to find that nobody has this host.
    const auto nobody = domain::HostName::parse("readiness.invalid");
    try {
        (void)services.tenants.findByHost(nobody.value());
    } catch (const std::exception& failure) {
        return Refusal{Problem::kUnavailable, std::chrono::seconds{1}, failure.what()};
    }
    return Response::json(200, R"({"status":"ready"})");
}

}  // namespace claviger::fcgi
