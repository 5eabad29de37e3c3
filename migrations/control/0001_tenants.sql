-- The customer companies. A row exists before its schema does: schema_version counts what the schema has seen, and
-- stays 0 until the schema, its role and its grants are whole.
CREATE TABLE IF NOT EXISTS {schema}.tenants (
    id             BINARY(16)     NOT NULL PRIMARY KEY,
    slug           VARCHAR(31)    NOT NULL,
    name           VARBINARY(400) NOT NULL,
    status         VARCHAR(16)    NOT NULL,
    schema_name    VARCHAR(64)    NOT NULL,
    schema_version INT            NOT NULL,
    created_at     DATETIME(6)    NOT NULL,
    UNIQUE KEY tenants_slug (slug),
    UNIQUE KEY tenants_schema_name (schema_name)
)
