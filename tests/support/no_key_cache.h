#pragma once

#include "domain/ports/outside/key_cache.h"

namespace claviger::tests {

// Caches nothing.
template <class Key>
class NoKeyCache final : public domain::KeyCache<Key> {
public:
    std::optional<Key> find(const domain::secrets::KeyHash&) override { return std::nullopt; }
    void keep(const domain::secrets::KeyHash&, const Key&, const domain::CacheStamp&) override {}
};

}  // namespace claviger::tests
