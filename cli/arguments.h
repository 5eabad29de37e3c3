#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/base/result.h"
#include "domain/keys/key_name.h"
#include "domain/tenants/tenant.h"
#include "domain/users/email.h"

namespace claviger::cli {

// The values of arguments. Each throws Failure (kUsage) naming the argument and what it should look like.
domain::TenantSlug parseSlug(const std::string& argument, const std::string& value);
domain::HostName parseHost(const std::string& argument, const std::string& value);
domain::Email parseEmail(const std::string& argument, const std::string& value);

domain::ApiKeyId parseKeyId(const std::string& argument, const std::string& value);
domain::KeyName parseKeyName(const std::string& argument, const std::string& value);

// The display name of a tenant or a user: valid UTF-8, trimmed of White_Space, 1 to 100 code points, no control
// characters.
std::string parseDisplayName(const std::string& argument, const std::string& value);

// A time like 2026-11-23T16:02:07Z, with up to six decimals of the second. Nothing for any other form.
std::optional<domain::Timestamp> timeFrom(std::string_view);

}  // namespace claviger::cli
