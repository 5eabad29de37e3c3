#pragma once

#include "domain/base/error.h"

namespace claviger::domain {

// The transaction lost against concurrent ones each time that it was tried. Nothing was stored, and the database is up:
// of many tenants this is one tenant's failure.
class TransactionLost : public StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

}  // namespace claviger::domain
