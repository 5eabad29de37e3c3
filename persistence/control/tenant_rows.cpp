#include "persistence/control/tenant_rows.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

using domain::TenantStatus;

TenantStatus tenantStatusAt(const Row& row, std::size_t column) {
    const auto& text = row.text(column);
    for (const auto status : {TenantStatus::kActive, TenantStatus::kSuspended})
        if (textOf(status).value == text) return status;
    throw std::logic_error("an unknown tenant status is stored");
}

}  // namespace

Text textOf(TenantStatus status) {
    return {status == TenantStatus::kActive ? "active" : "suspended"};
}

domain::Tenant tenantAt(const Row& row) {
    return {idAt<domain::TenantId>(row, 0),
            stored(domain::TenantSlug::parse(row.text(1))),
            row.text(2),
            tenantStatusAt(row, 3),
            stored(domain::SchemaName::parse(row.text(4))),
            static_cast<int>(row.integer(5))};
}

}  // namespace claviger::persistence
