#pragma once

#include "domain/stores/tenant_store.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

class MySqlKnownDevices final : public domain::KnownDevices {
public:
    explicit MySqlKnownDevices(const TenantConnection& connection) : connection_(connection) {}

    bool knows(const domain::UserId&, const domain::secrets::DeviceHash&, domain::Timestamp now) const override;
    std::vector<domain::secrets::DeviceHash> list(const domain::UserId&) const override;
    void remember(const domain::UserId&, const domain::secrets::DeviceHash&, domain::Timestamp now) override;
    void forgetAllOf(const domain::UserId&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence
