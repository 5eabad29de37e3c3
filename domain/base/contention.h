#pragma once

#include "domain/base/error.h"

namespace claviger::domain {

// Thrown after every attempt of a transaction lost against concurrent ones (deadlock). Nothing was stored. The database
// is up, so among many tenants this is the failure of one tenant only.
class TransactionLost : public StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

}  // namespace claviger::domain
