-- The tenants that are being dropped or imported: what was begun, so that a killed run is finished by the next one and
-- nobody takes half a tenant for a whole one. A drop is noted when its export is complete, and not before.
CREATE TABLE IF NOT EXISTS {schema}.tenant_transfers (
    tenant_id BINARY(16)      NOT NULL PRIMARY KEY,
    what      VARCHAR(16)     NOT NULL,
    file      VARBINARY(4096) NOT NULL,
    begun_at  DATETIME(6)     NOT NULL
)
