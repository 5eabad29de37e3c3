#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/base/result.h"
#include "domain/model/email.h"
#include "domain/model/key_expiry.h"
#include "domain/model/key_name.h"
#include "domain/model/tenant.h"

namespace claviger::cli {

// These functions parse the values of arguments. Each throws Failure (kUsage), which names the argument and the form
// that its value should have.
domain::TenantSlug parseSlug(const std::string& argument, const std::string& value);
domain::HostName parseHost(const std::string& argument, const std::string& value);
domain::Email parseEmail(const std::string& argument, const std::string& value);

domain::ApiKeyId parseKeyId(const std::string& argument, const std::string& value);
domain::KeyName parseKeyName(const std::string& argument, const std::string& value);

// Parses a date, or a time as in RFC 3339.
domain::KeyExpiry parseExpiry(const std::string& argument, const std::string& value);

// Returns the display name of a tenant or a user, trimmed of White_Space. It must be valid UTF-8 of 1 to 100 code
// points without control characters.
std::string parseDisplayName(const std::string& argument, const std::string& value);

// Parses a time like 2026-11-23T16:02:07Z, with up to six decimals of the second. Returns nullopt for any other form,
// and for a day or hour that the calendar does not have. Does not throw Failure.
std::optional<domain::Timestamp> timeFrom(std::string_view);

}  // namespace claviger::cli
