#include "persistence/control/fresh_key_index.h"

namespace claviger::persistence {

// Closes the idle connections. No other one is in use but the poller's own: no third thread borrows any.
std::vector<std::optional<domain::IndexedKey>> FreshKeyIndex::find(const std::vector<domain::KeyHashes>& sought) const {
    for (;;) {
        const auto begun = poller_.begun();
        if (begun != seen_) {
            (void)connections_.borrowFresh();
            seen_ = begun;
        }
        auto found = index_.find(sought);
        if (poller_.begun() == begun) return found;
    }
}

}  // namespace claviger::persistence
