#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/frame/services.h"

namespace claviger::cli {

// The required options `--tenant` and `--email`. The string that receives the value must outlive the parsing.
void addTenantOption(CLI::App& verb, std::string& slug);
void addEmailOption(CLI::App& verb, std::string& email);

// Returns the tenant with this slug, whose schema fits this release. Throws Failure: `tenant_not_found` (kNotFound), or
// `tenant_migrating` (kFailed) if the schema is behind. Throws what Services::tenants() throws.
domain::Tenant tenantOf(Services&, const domain::TenantSlug&);

}  // namespace claviger::cli
