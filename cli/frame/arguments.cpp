#include "cli/frame/arguments.h"

#include "cli/frame/failure.h"
#include "domain/base/display_name.h"

namespace claviger::cli {
namespace {

template <class T>
T valueOf(const std::string& argument, domain::Result<T> parsed) {
    if (!parsed.ok()) throw usageFailure(argument + ": " + parsed.error().detail);
    return std::move(parsed).value();
}

}  // namespace

domain::TenantSlug parseSlug(const std::string& argument, const std::string& value) {
    return valueOf(argument, domain::TenantSlug::parse(value));
}

domain::HostName parseHost(const std::string& argument, const std::string& value) {
    return valueOf(argument, domain::HostName::parse(value));
}

domain::Email parseEmail(const std::string& argument, const std::string& value) {
    return valueOf(argument, domain::Email::parse(value));
}

domain::ApiKeyId parseKeyId(const std::string& argument, const std::string& value) {
    const auto id = domain::ApiKeyId::parse(value);
    if (!id)
        throw usageFailure(argument + ": the id of a key looks like 019ab0f2-53c1-7d2e-9f4a-0c1d2e3f4a5b",
                           "`claviger key list --tenant SLUG` shows the ids.");
    return *id;
}

domain::KeyName parseKeyName(const std::string& argument, const std::string& value) {
    auto name = domain::KeyName::parse(value);
    if (!name.ok())
        throw usageFailure(
            argument + ": the name of a key has 1 to 100 characters of valid UTF-8, none of them a control character");
    return std::move(name).value();
}

domain::KeyExpiry parseExpiry(const std::string& argument, const std::string& value) {
    const auto expiry = domain::KeyExpiry::parse(value);
    if (!expiry.ok())
        throw usageFailure(argument + ": give a date like 2027-01-31, or a time like 2027-01-31T12:00:00Z");
    return expiry.value();
}

std::string parseDisplayName(const std::string& argument, const std::string& value) {
    return valueOf(argument, domain::parseDisplayName(value));
}

std::optional<domain::Timestamp> timeFrom(std::string_view text) {
    constexpr std::size_t kWhole = 19, kLongest = 26;  // without decimals and with six of them; no Z
    if (text.size() <= kWhole || text.size() > kLongest + 1 || !text.ends_with('Z') || text[10] != 'T')
        return std::nullopt;
    std::string moment(text.substr(0, text.size() - 1));
    moment[10] = ' ';
    if (moment.size() == kWhole) moment += '.';
    moment.append(kLongest - moment.size(), '0');
    return domain::parseMoment(moment);
}

}  // namespace claviger::cli
