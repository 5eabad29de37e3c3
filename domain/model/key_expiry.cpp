#include "domain/model/key_expiry.h"

namespace claviger::domain {

Result<KeyExpiry> KeyExpiry::parse(std::string_view text) {
    using namespace std::chrono;
    if (const auto date = parseDate(text)) return at(Timestamp{*date + days{1}} - milliseconds{1});
    if (const auto moment = parseRfc3339(text)) return at(*moment);
    return ErrorCode::kExpiryInvalid;
}

Result<std::optional<Timestamp>> KeyExpiry::resolve(Timestamp now) const {
    if (std::holds_alternative<Never>(wanted_)) return std::optional<Timestamp>();
    const auto* lifetime = std::get_if<std::chrono::days>(&wanted_);
    const auto moment = lifetime != nullptr ? now + *lifetime : std::get<Timestamp>(wanted_);
    if (moment < now + kLeast || moment > now + kMost) return ErrorCode::kExpiryInvalid;
    return std::optional(moment);
}

}  // namespace claviger::domain
