#pragma once

#include "domain/ports/tenant/known_devices.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table known_devices of one tenant, within one unit of work. add() and removeAllOf() delete at most 100 rows
// per statement. For one thread.
class MySqlKnownDevices final : public domain::KnownDevices {
public:
    // The connection must outlive this.
    explicit MySqlKnownDevices(const TenantConnection& connection) : connection_(connection) {}

    bool knows(const domain::UserId&, const domain::secrets::DeviceHash&, domain::Timestamp now) const override;
    std::vector<domain::secrets::DeviceHash> list(const domain::UserId&) const override;
    void add(const domain::UserId&, const domain::secrets::DeviceHash&, domain::Timestamp now) override;
    void removeAllOf(const domain::UserId&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence
