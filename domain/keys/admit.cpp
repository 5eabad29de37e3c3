#include "domain/keys/admit.h"

namespace claviger::domain {

Result<void> admit(const KeyPolicy&, const KeyRequest&, Timestamp) {
    return {};
}

}  // namespace claviger::domain
