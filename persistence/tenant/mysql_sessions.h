#pragma once

#include "domain/ports/tenant/sessions.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table sessions of one tenant, within one unit of work. The methods that end sessions call invalidate()
// (tenant_connection.h). For one thread.
class MySqlSessions final : public domain::Sessions {
public:
    // The connection must outlive this.
    explicit MySqlSessions(const TenantConnection& connection) : connection_(connection) {}

    std::optional<domain::ActiveSession> findActive(const domain::secrets::SessionHash&,
                                                    domain::Timestamp now) const override;
    void add(const domain::secrets::SessionHash&, const domain::Session&) override;
    void touch(const domain::secrets::SessionHash&, domain::Timestamp seen) override;
    void end(const domain::secrets::SessionHash&, domain::Timestamp now) override;
    void makeRoom(const domain::UserId&, domain::Timestamp now) override;
    std::size_t endAllOf(const domain::UserId&, domain::Timestamp now) override;
    std::size_t endOlderOf(const domain::UserId&, domain::Timestamp now, std::size_t most) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence
