#pragma once

#include <string_view>

#include "domain/fence/fenced_cache.h"
#include "domain/keys/usage_recorder.h"
#include "domain/secrets/hasher.h"
#include "domain/stores/gathering.h"

namespace claviger::domain {

// Decides whether a presented full key is alive, and whose it is. Thread-safe.
//
// A living key is remembered for as long as the fence holds; otherwise one indexed read outside any transaction tells.
// Either way, what has died before the call is refused, on every worker of every host. Unknown and dead keys are not
// remembered: somebody who guesses pushes nobody else out. A key that is stored with an earlier pepper moves to this
// one's when its use is written down.
class KeyVerifier {
public:
    // Remembers at most so many keys, or none. References must outlive this.
    KeyVerifier(TenantStores&, const secrets::Hasher&, UsageRecorder&, const Clock&, const Fence&,
                std::size_t rememberedKeys);

    //   kKeyInvalid  malformed or bad checksum (refused without a query), unknown or dead key,
    //                or a user who is not approved
    // Throws StorageUnavailable: then nothing is known about the key.
    Result<LivingKey> verify(const Tenant&, std::string_view presented, const Caller&);

private:
    struct Looked {
        LivingKey key;
        std::optional<ApiKeys::NewHash> moved;  // it was found by an earlier pepper's
    };
    std::optional<Looked> look(const Tenant&, const secrets::PlainKey&, const secrets::KeyHash&);

    Gathering<KeyHashes, std::optional<FoundKey>> found_;
    const secrets::Hasher& hasher_;
    UsageRecorder& usage_;
    const Clock& clock_;
    const Fence& fence_;
    FencedCache<secrets::KeyHash, LivingKey, HashOfDigest> known_;
};

}  // namespace claviger::domain
