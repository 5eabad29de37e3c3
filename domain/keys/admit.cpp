#include "domain/keys/admit.h"

namespace claviger::domain {

Result<void> admit(const KeyPolicy& policy, const KeyRequest&, Timestamp now) {
    switch (policy.stateAt(now)) {
        case KeyState::kExpired:
            return ErrorCode::kKeyExpired;
        case KeyState::kDisabled:
            return ErrorCode::kKeyDisabled;
        case KeyState::kLive:
            break;
    }
    return {};
}

}  // namespace claviger::domain
