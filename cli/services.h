#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "domain/doctor/finding.h"
#include "domain/keys/operator_key_service.h"
#include "domain/keys/pepper_service.h"
#include "domain/tenants/migration_service.h"
#include "domain/tenants/prune_service.h"
#include "domain/tenants/tenant_service.h"
#include "domain/tenants/transfer_service.h"
#include "domain/users/user_service.h"

namespace claviger::cli {

// What the verbs work with. Nothing is made and no connection opened before it is asked for; asking for the
// first one reads the configuration and throws domain::BadConfiguration.
class Services {
public:
    virtual ~Services() = default;

    // These throw Failure (kFailed) if the control schema is missing or behind this release.
    virtual domain::TenantService& tenants() = 0;
    virtual domain::TransferService& transfers() = 0;
    virtual domain::UserService& users() = 0;
    virtual domain::OperatorKeyService& keys() = 0;
    virtual domain::PepperService& peppers() = 0;

    // With an account of its own; the control schema's version is not looked at. Throws domain::BadConfiguration if the
    // account is not configured.
    virtual domain::PruneService& pruning() = 0;

    // From now on every transaction of the services is rolled back. To be called before the first.
    virtual void rehearse() = 0;

    virtual domain::MigrationService& migrations() = 0;
    virtual int newestTenantVersion() = 0;

    // The file of the pepper that is in use, and the versions of those that are configured.
    struct PepperFile {
        std::filesystem::path file;
        int version;
        std::optional<int> other;
        std::map<int, std::string> fingerprints;  // by version
    };
    virtual PepperFile pepperFile() = 0;

    // What is to be said of the installation. A configuration or a database that cannot be used is a finding.
    virtual domain::Findings examine() = 0;
};

}  // namespace claviger::cli
