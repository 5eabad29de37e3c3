-- What a tenant is found by. The primary key makes a host name unique over all tenants.
CREATE TABLE IF NOT EXISTS {schema}.tenant_hosts (
    host       VARCHAR(253) NOT NULL PRIMARY KEY,
    tenant_id  BINARY(16)   NOT NULL,
    created_at DATETIME(6)  NOT NULL,
    KEY tenant_hosts_tenant (tenant_id)
)
