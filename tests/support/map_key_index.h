#pragma once

#include <map>
#include <vector>

#include "domain/ports/control/key_index.h"

namespace claviger::tests {

// An index that has the keys that a test puts into it. Not thread-safe.
class MapKeyIndex final : public domain::KeyIndex {
public:
    std::map<domain::secrets::KeyHash, domain::IndexedKey> keys;
    mutable int asked = 0;  // how many queries it has answered

    std::vector<std::optional<domain::IndexedKey>> find(const std::vector<domain::KeyHashes>& sought) const override {
        ++asked;
        std::vector<std::optional<domain::IndexedKey>> found;
        for (const auto& pair : sought) {
            const auto place = keys.find(pair.hash);
            found.push_back(place == keys.end() ? std::nullopt : std::optional(place->second));
        }
        return found;
    }
};

}  // namespace claviger::tests
