#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/services.h"

namespace claviger::cli {

// The options by which verbs name whom they are about.
void addTenantOption(CLI::App& verb, std::string& slug);
void addEmailOption(CLI::App& verb, std::string& email);

// The tenant with this slug, its schema fit for this release. Throws Failure: not found, or behind.
domain::Tenant tenantOf(Services&, const domain::TenantSlug&);

}  // namespace claviger::cli
