#pragma once

#include <string>

#include "persistence/fence/shared_fence.h"
#include "persistence/fence/shared_key_cache.h"

namespace claviger::tests {

// One worker: it maps the segment by itself.
struct KeyCacheWorker {
    explicit KeyCacheWorker(int segmentFd) : segment(segmentFd) {}

    persistence::Segment segment;
    persistence::SharedFence fence{segment};
    persistence::SharedKeyCache<domain::ActiveKey> keys{segment.activeKeys(), fence};

    domain::CacheStamp stampOf(const domain::ActiveKey& key) const {
        domain::ShardCounters now;
        fence.read(now);
        return {now, {shardOf(key.id), shardOf(key.user)}};
    }
    void keep(const domain::secrets::KeyHash& hash, const domain::ActiveKey& key) {
        keys.keep(hash, key, stampOf(key));
    }
};

// A hash; the number is within the part that decides the bucket.
inline domain::secrets::KeyHash hashOf(int number) {
    std::string bytes(domain::secrets::KeyHash::kSize, '\1');
    bytes[7] = static_cast<char>(number);
    return domain::secrets::KeyHash::fromStored(bytes).value();
}

inline domain::ActiveKey newActiveKey() {
    const auto now = domain::SystemClock().now();
    return {domain::ApiKeyId::make(now), domain::UserId::make(now)};
}

}  // namespace claviger::tests
