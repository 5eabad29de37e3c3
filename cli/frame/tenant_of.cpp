#include "cli/frame/tenant_of.h"

#include "cli/frame/failure.h"

namespace claviger::cli {

void addTenantOption(CLI::App& verb, std::string& slug) {
    verb.add_option("--tenant", slug, "Slug of the tenant")->type_name("SLUG")->required();
}

void addEmailOption(CLI::App& verb, std::string& email) {
    verb.add_option("--email", email, "E-mail address with which the user signs in")->type_name("E-MAIL")->required();
}

domain::Tenant tenantOf(Services& services, const domain::TenantSlug& slug) {
    const auto details = services.tenants().show(slug);
    if (!details.ok()) throw failureOf(details.error());
    const auto& tenant = details.value().tenant;
    if (tenant.schemaVersion < services.newestTenantVersion())
        throw Failure(ExitStatus::kFailed, "tenant_migrating",
                      "the schema of tenant " + slug.text() + " is behind this release",
                      "Run `claviger migrate`, then this again.");
    return tenant;
}

}  // namespace claviger::cli
