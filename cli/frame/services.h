#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "domain/doctor/finding.h"
#include "domain/keys/operator_key_service.h"
#include "domain/keys/pepper_service.h"
#include "domain/tenants/dead_key_service.h"
#include "domain/tenants/migration_service.h"
#include "domain/tenants/prune_service.h"
#include "domain/tenants/tenant_service.h"
#include "domain/tenants/transfer_service.h"
#include "domain/users/user_service.h"

namespace claviger::cli {

// The services that the verbs work with. They are made on first use, and no connection is opened before. Until the
// configuration has been read, every method but examine() reads it and throws domain::BadConfiguration, or
// std::runtime_error for migration files that cannot be used.
// The returned references live as long as this object. Not thread-safe, although several services are.
class Services {
public:
    virtual ~Services() = default;

    // These six throw Failure (kFailed) if the control schema is missing or behind this release, and
    // domain::StorageUnavailable. keys() and peppers() read the pepper and throw domain::BadConfiguration if it cannot
    // be used.
    virtual domain::TenantService& tenants() = 0;
    virtual domain::TransferService& transfers() = 0;
    virtual domain::DeadKeyService& deadKeys() = 0;
    virtual domain::UserService& users() = 0;
    virtual domain::OperatorKeyService& keys() = 0;
    virtual domain::PepperService& peppers() = 0;

    // Uses an account of its own, and does not check the control schema's version. Throws domain::BadConfiguration if
    // the account is not configured.
    virtual domain::PruneService& pruning() = 0;

    // From now on every transaction of the services but pruning() is rolled back. To be called before the first
    // transaction.
    virtual void rehearse() = 0;

    virtual domain::MigrationService& migrations() = 0;
    virtual int newestTenantVersion() = 0;  // of this release

    // The file of the pepper in use, and the versions and fingerprints of the configured peppers.
    struct PepperFile {
        std::filesystem::path file;
        int version;
        std::optional<int> other;                 // nullopt: only one pepper is configured
        std::map<int, std::string> fingerprints;  // by version
    };
    virtual PepperFile pepperFile() = 0;  // throws domain::BadConfiguration if a pepper cannot be used

    // Examines the installation. A configuration or a database that cannot be used is a finding, not an exception.
    virtual domain::Findings examine() = 0;
};

}  // namespace claviger::cli
