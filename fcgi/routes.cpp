#include "fcgi/routes.h"

#include "fcgi/handlers/api_client_api.h"
#include "fcgi/handlers/health.h"
#include "fcgi/handlers/key_api.h"
#include "fcgi/handlers/key_pages.h"
#include "fcgi/handlers/sign_in_pages.h"

namespace claviger::fcgi {
namespace {

constexpr Route quiet(Route route) {
    route.logged = Logged::kRefusals;
    return route;
}

// clang-format off
constexpr Route kRoutes[] = {
    {"GET",  "/",                                   Answers::kPage,     ForAnyone{goToKeys}},
    {"GET",  "/settings",                           Answers::kPage,     ForAnyone{goToKeys}},
    {"GET",  "/login",                              Answers::kPage,     ForVisitor{showLogin}},
    {"POST", "/login",                              Answers::kPage,     ForVisitor{logIn}},
    {"POST", "/logout",                             Answers::kPage,     ForPerson{logOut}},
    {"GET",  "/settings/api-keys",                  Answers::kPage,     ForPerson{showKeys}},
    {"POST", "/settings/api-keys",                  Answers::kPage,     ForPerson{createKeyByForm},     "Failed to create API key"},
    {"GET",  "/settings/api-keys/new",              Answers::kPage,     ForPerson{showNewKey}},
    {"GET",  "/settings/api-keys/{id}/regenerate",  Answers::kPage,     ForPerson{confirmRegenerate}},
    {"POST", "/settings/api-keys/{id}/regenerate",  Answers::kPage,     ForPerson{regenerateKeyByForm}, "Failed to regenerate API key"},
    {"POST", "/settings/api-keys/{id}/disable",     Answers::kPage,     ForPerson{disableKeyByForm},    "Failed to disable API key"},
    {"POST", "/settings/api-keys/{id}/enable",      Answers::kPage,     ForPerson{enableKeyByForm},     "Failed to enable API key"},
    {"GET",  "/api/api-keys",                       Answers::kDocument, ForPerson{listApiKeys}},
    {"POST", "/api/api-keys",                       Answers::kDocument, ForPerson{createApiKey},        "Failed to create API key"},
    {"POST", "/api/api-keys/{id}",                  Answers::kDocument, ForPerson{regenerateApiKey},    "Failed to regenerate API key"},
    {"POST", "/api/api-keys/{id}/disable",          Answers::kDocument, ForPerson{disableApiKey},       "Failed to disable API key"},
    {"POST", "/api/api-keys/{id}/enable",           Answers::kDocument, ForPerson{enableApiKey},        "Failed to enable API key"},
    quiet({"GET", "/v1/verify",                     Answers::kDocument, ForApiClient{verifyApiKey}}),
    quiet({"GET", "/v1/verify/guard",               Answers::kGuard,    ForApiClient{verifyApiKey}}),
    {"GET",  "/v1/me",                              Answers::kDocument, ForApiClient{showOwner}},
    {"GET",  "/healthz",                            Answers::kDocument, ForAnyone{showAlive}},
    {"GET",  "/readyz",                             Answers::kDocument, ForAnyone{showReady}},
};
// clang-format on

}  // namespace

std::span<const Route> routes() {
    return kRoutes;
}

}  // namespace claviger::fcgi
