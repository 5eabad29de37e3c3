#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/model/tenant.h"
#include "domain/model/user.h"

namespace claviger::cli {

// The content of a document for `claviger apply`. An absent value (nullopt, an empty list) leaves that property as it
// is.
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

// Reads the whole document. Relative paths in it are resolved against `folder`. Reads none of the files that it names.
// Throws Failure (kUsage) with every problem and its place; after 20 it only counts. It reports members that are
// unknown, missing or of another form, and a slug, host or e-mail that stands twice. Text that is no JSON object, and a
// member named twice, are refused at once, without a list of places.
std::vector<WantedTenant> readApplyDocument(const std::string& json, const std::filesystem::path& folder);

}  // namespace claviger::cli
