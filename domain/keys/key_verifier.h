#pragma once

#include <string_view>

#include "domain/keys/usage_recorder.h"
#include "domain/secrets/hasher.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Decides whether a presented full key is alive, and whose it is. Thread-safe.
//
// It asks the database each time, in one indexed read outside any transaction: what has died before the read
// began is refused, on every worker of every host.
class KeyVerifier {
public:
    KeyVerifier(TenantStores&, const secrets::Hasher&, UsageRecorder&, const Clock&);  // references must outlive this

    //   kKeyInvalid  malformed or bad checksum (refused without a query), unknown or dead key,
    //                or a user who is not approved
    // Throws StorageUnavailable: then nothing is known about the key.
    Result<KeyOwner> verify(const Tenant&, std::string_view presented) const;

private:
    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    UsageRecorder& usage_;
    const Clock& clock_;
};

}  // namespace claviger::domain
