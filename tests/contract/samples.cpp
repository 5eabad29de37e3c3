#include "tests/contract/samples.h"

namespace claviger::tests {

domain::Account sampleAccount(const std::string& email, domain::UserStatus status) {
    const auto address = domain::Email::parse(email).value();
    return {{domain::UserId::make(kNoon), address, "A. Person", status, kNoon},
            domain::secrets::PasswordHash::fromStored("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")};
}

domain::ApiKey sampleKey(const domain::UserId& user, const std::string& name, domain::Timestamp createdAt) {
    return {domain::ApiKeyId::make(createdAt),
            user,
            domain::KeyName::parse(name).value(),
            domain::LineageId::make(createdAt),
            1,
            "pk_live_abc1",
            createdAt,
            {}};
}

domain::KeySecret sampleSecret(int number) {
    return {sampleDigest<domain::secrets::KeyHash>(number), 1, {}};
}

domain::AuditEvent sampleEvent() {
    return {kNoon, domain::AuditAction::kSignedIn, {}, {}, {"0123456789abcdef0123456789abcdef", "192.0.2.7"}};
}

const std::vector<std::string>& hostileTexts() {
    static const std::vector<std::string> kTexts = {
        "it's",
        "\"quoted\"",
        "back\\slash\\",
        "'; DROP TABLE users; -- ",
        "? {schema} {pairs}",
        "%_",
        "\xF0\x9F\x94\x91 key",       // emoji: four bytes
        "\xE2\x80\xAEright-to-left",  // U+202E
        "Stra\xC3\x9F"
        "e",             // ß
        "\xEF\xBF\xBD",  // U+FFFD
        "x'00'",
        "NULL",
    };
    return kTexts;
}

}  // namespace claviger::tests
