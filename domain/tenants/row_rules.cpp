#include "domain/tenants/row_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include "domain/base/display_name.h"
#include "domain/base/id.h"
#include "domain/base/utf8.h"
#include "domain/model/client_info.h"
#include "domain/model/key_name.h"
#include "domain/model/key_policy.h"
#include "domain/model/user.h"
#include "domain/secrets/digest.h"
#include "domain/secrets/plain_key.h"

namespace claviger::domain {
namespace {

using Empty = ColumnRule::Empty;
using Limits = ImportLimits;

constexpr auto kSessions = "sessions", kDeadKeys = "dead_keys";

// Far above the counts of any service, and far enough below the limit of a column for the counting to continue.
constexpr std::int64_t kMostCounted = 1'000'000'000'000'000, kMostNumbered = 1'000'000'000;
constexpr std::size_t kLongestLine = 64;  // for a request's id or address

template <class T>
bool isUnchanged(const Result<T>& parsed, std::string_view value) {
    return parsed.ok() && parsed.value().text() == value;
}

std::optional<std::int64_t> integerIn(std::string_view digits) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
}

bool isBetween(std::string_view value, std::int64_t least, std::int64_t most) {
    const auto number = integerIn(value);
    return number && *number >= least && *number <= most;
}

bool isId(std::string_view value, const Limits&) {
    const auto uuid = uuidFromBytes(value);
    const auto made = uuid ? timeOfUuid(*uuid) : std::nullopt;
    return made && *made < kEndOfMoments;
}

// For the id of a tenant or key that may have been deleted long ago. There is nothing to compare it with.
bool isAnyId(std::string_view value, const Limits&) {
    return uuidFromBytes(value).has_value();
}

bool isDigest(std::string_view value, const Limits&) {
    return value.size() == secrets::KeyHash::kSize;
}

bool isMoment(std::string_view value, const Limits&) {
    const auto moment = parseMoment(value);
    return moment && *moment >= Timestamp{} && *moment < kEndOfMoments;
}

bool isNumber(std::string_view value, const Limits&) {
    return isBetween(value, 1, kMostNumbered);
}

bool isRowNumber(std::string_view value, const Limits&) {
    return isBetween(value, 1, kMostCounted);
}

bool isCount(std::string_view value, const Limits&) {
    return isBetween(value, 0, kMostCounted);
}

bool isEmail(std::string_view value, const Limits&) {
    return isUnchanged(Email::parse(value), value);
}

// Without a given name the name is the e-mail's local part, which may be longer than a name.
bool isPersonsName(std::string_view value, const Limits&) {
    const auto name = parseDisplayName(value);
    const auto address = std::string(value) + "@x";
    return (name.ok() && name.value() == value) || isUnchanged(Email::parse(address), address);
}

bool isUserStatus(std::string_view value, const Limits&) {
    return userStatusNamed(value).has_value();
}

bool isPasswordHash(std::string_view value, const Limits& limits) {
    return secrets::PasswordHash::parse(std::string(value), limits.mostWork).ok();
}

bool isKeyName(std::string_view value, const Limits&) {
    return isUnchanged(KeyName::parse(value), value);
}

bool isKeyPrefix(std::string_view value, const Limits&) {
    return secrets::PlainKey::isShownPrefix(value);
}

bool isUserAgent(std::string_view value, const Limits&) {
    return userAgentOf(value) == value;
}

bool isLine(std::string_view value, const Limits&) {
    const auto points = decodeUtf8(value);
    return points && points->size() <= kLongestLine && std::none_of(points->begin(), points->end(), isControl);
}

bool isAction(std::string_view value, const Limits&) {
    return !value.empty() && value.size() <= 32 &&
           std::all_of(value.begin(), value.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool isAnything(std::string_view, const Limits&) {
    return true;
}

// A key may expire later than any other moment of an archive. Regenerate counts its lifetime once more.
bool isExpiry(std::string_view value, const Limits&) {
    constexpr Timestamp kEndOfExpiries = std::chrono::sys_days{std::chrono::year{3000} / 1 / 1};
    const auto moment = parseMoment(value);
    return moment && *moment >= Timestamp{} && *moment < kEndOfExpiries;
}

bool isKeyParty(std::string_view value, const Limits&) {
    return isBetween(value, static_cast<int>(KeyParty::kOwner), static_cast<int>(KeyParty::kOperator));
}

constexpr auto kId = "an id of version 7 that was made before 2100";
constexpr auto kDigest = "a digest of 32 bytes";
constexpr auto kMoment = "a moment from 1970 to 2099";
constexpr auto kNumber = "a number from 1 to 1,000,000,000";
constexpr auto kRowNumber = "a number from 1 to 10^15";
constexpr auto kCount = "a number from 0 to 10^15";
constexpr auto kLine = "a text of at most 64 characters, none of them a control character";

constexpr ColumnRule kRules[] = {
    {"api_keys", "id", kId, isId},
    {"api_keys", "user_id", kId, isId},
    {"api_keys", "name", "the name of a key: 1 to 100 characters, trimmed, none of them a control character",
     isKeyName},
    {"api_keys", "lineage_id", kId, isId},
    {"api_keys", "generation", kNumber, isNumber},
    {"api_keys", "key_hash", kDigest, isDigest},
    {"api_keys", "pepper_version", kNumber, isNumber},
    {"api_keys", "key_prefix", "the first 12 characters of a key", isKeyPrefix},
    {"api_keys", "once_hash", kDigest, isDigest, Empty::kAllowed},
    {"api_keys", "created_at", kMoment, isMoment},
    {"api_keys", "last_used_at", kMoment, isMoment, Empty::kAllowed},
    {"api_keys", "deleted_at", kMoment, isMoment, Empty::kAllowed},
    {"api_keys", "use_count", kCount, isCount},
    {"api_keys", "last_used_address", kLine, isLine},
    {"api_keys", "last_user_agent", "at most 200 printable ASCII characters", isUserAgent},
    {"api_keys", "expires_at", "a moment from 1970 to 2999", isExpiry, Empty::kAllowed},
    {"api_keys", "disabled_at", kMoment, isMoment, Empty::kAllowed},
    {"api_keys", "disabled_by", "1 for the owner or 2 for an operator", isKeyParty, Empty::kAllowed},

    {"audit_events", "id", kId, isId},
    {"audit_events", "happened_at", kMoment, isMoment},
    {"audit_events", "action", "an action's name: small letters and _, at most 32", isAction},
    {"audit_events", "user_id", kId, isId, Empty::kAllowed},
    {"audit_events", "key_id", kId, isId, Empty::kAllowed},
    {"audit_events", "request_id", kLine, isLine},
    {"audit_events", "address", kLine, isLine},

    {"key_changes", "user_id", kId, isId},
    {"key_changes", "whole_at", kMoment, isMoment},

    {"known_devices", "user_id", kId, isId},
    {"known_devices", "device_hash", kDigest, isDigest},
    {"known_devices", "first_seen_at", kMoment, isMoment},
    {"known_devices", "last_seen_at", kMoment, isMoment},

    {"login_attempts", "id", kRowNumber, isRowNumber},
    {"login_attempts", "budget_hash", kDigest, isDigest},
    {"login_attempts", "failed_at", kMoment, isMoment},

    {"users", "id", kId, isId},
    {"users", "email", "an e-mail address, in lower case and at most 254 bytes", isEmail},
    {"users", "name", "a name of 1 to 100 characters, or the e-mail's up to the @", isPersonsName},
    {"users", "status", "pending, approved or suspended", isUserStatus},
    {"users", "password_hash", "a stored password, no dearer to check than this configuration allows", isPasswordHash},
    {"users", "created_at", kMoment, isMoment},
    {"users", "session_epoch", kCount, isCount},
};

constexpr auto kAnyId = "an id of 16 bytes";

// The rules of the control schema's list of dead keys.
constexpr ColumnRule kDeadKeyRules[] = {
    {kDeadKeys, "tenant_id", kAnyId, isAnyId},
    {kDeadKeys, "key_hash", kDigest, isDigest},
    {kDeadKeys, "died_at", kMoment, isMoment},
    {kDeadKeys, "key_id", kAnyId, isAnyId, Empty::kAllowed},
};

constexpr ColumnRule kNotRestored{kSessions, "", "anything", isAnything, Empty::kAllowed};

}  // namespace

const ColumnRule* findRule(std::string_view table, std::string_view column) {
    if (table == kSessions) return &kNotRestored;
    const std::span<const ColumnRule> rules =
        table == kDeadKeys ? std::span<const ColumnRule>(kDeadKeyRules) : std::span<const ColumnRule>(kRules);
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const ColumnRule& rule) {
        return rule.table == table && rule.column == column;
    });
    return found != rules.end() ? &*found : nullptr;
}

std::set<std::string_view> knownTables() {
    std::set<std::string_view> tables{kSessions};
    for (const auto& rule : kRules) tables.insert(rule.table);
    return tables;
}

bool isOwned(std::string_view table) {
    const auto* owner = findRule(table, kOwnerColumn);
    return owner != nullptr && owner->empty == Empty::kRefused;
}

bool isRestored(std::string_view table) {
    return table != kSessions;
}

}  // namespace claviger::domain
