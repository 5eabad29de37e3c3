#pragma once

#include <string>
#include <vector>

#include "domain/model/api_key.h"
#include "domain/model/audit_event.h"

namespace claviger::tests {

// A moment with microseconds that are no whole milliseconds.
constexpr domain::Timestamp kNoon{std::chrono::microseconds{1'795'435'200'123'456}};

// 32 bytes, the same for the same number.
template <class Digest>
Digest sampleDigest(int number) {
    std::string bytes(Digest::kSize, static_cast<char>(0xA5));
    for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(number >> (8 * i));
    return Digest::fromStored(bytes).value();
}

domain::Account sampleAccount(const std::string& email, domain::UserStatus = domain::UserStatus::kApproved);

// A new lineage's first key.
domain::ApiKey sampleKey(const domain::UserId&, const std::string& name, domain::Timestamp createdAt = kNoon);
domain::KeySecret sampleSecret(int number);

domain::AuditEvent sampleEvent();

// Texts that break what is not careful: quotes, backslashes, NUL, emoji, direction marks, placeholders.
const std::vector<std::string>& hostileTexts();

}  // namespace claviger::tests
