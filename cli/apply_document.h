#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/tenants/tenant.h"
#include "domain/users/user.h"

namespace claviger::cli {

// What a document for `claviger apply` says. What it does not say of something is left as it is.
struct WantedUser {
    std::string place;  // "tenants[2].users[0]"
    domain::Email email;
    std::optional<std::string> name;
    std::optional<domain::UserStatus> status;
    std::optional<std::filesystem::path> passwordFile;
};

struct WantedTenant {
    std::string place;
    domain::TenantSlug slug;
    std::optional<std::string> name;
    std::optional<domain::TenantStatus> status;
    std::vector<domain::HostName> hosts;
    std::vector<WantedUser> users;
};

// Reads the whole document. Throws Failure (kUsage) that names every place where something is wrong: no JSON, a member
// that is unknown, missing, named twice or of another form, and a slug, host or e-mail that stands twice.
// Relative paths in it are taken from `folder`.
std::vector<WantedTenant> readApplyDocument(const std::string& json, const std::filesystem::path& folder);

}  // namespace claviger::cli
