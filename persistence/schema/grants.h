#pragma once

#include <array>
#include <string_view>

#include "persistence/connection/sql.h"

namespace claviger::persistence {

// The workers' rights on the control schema: to find tenants, and to publish revocations to other hosts.
constexpr std::array<Sql, 8> kWorkerGrants = {
    "GRANT SELECT ON claviger.tenants TO {worker}",
    "GRANT SELECT ON claviger.tenant_hosts TO {worker}",
    "GRANT SELECT, UPDATE ON claviger.revocation_epochs TO {worker}",
    "GRANT SELECT, UPDATE ON claviger.list_epochs TO {worker}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON claviger.nodes TO {worker}",
    "GRANT INSERT ON claviger.dead_keys TO {worker}",
    "GRANT SELECT, INSERT ON claviger.peppers TO {worker}",
    "GRANT SELECT, INSERT, UPDATE ON claviger.key_index TO {worker}",
};

// The rights of a tenant's role, table by table, as the workers' statements need them. The role deletes rows only in
// login_attempts and known_devices. Of a user it changes only the stored form of the password; the tool changes the
// rest.
//
// Each table that a migration makes must be here or in kRoleReachesNone. A test compares both with a schema. In
// MariaDB, INSERT … ON DUPLICATE KEY UPDATE needs UPDATE on the columns of the key as well (findings/).
inline constexpr std::array kRoleGrants = {
    Sql("GRANT SELECT, UPDATE (password_hash) ON {schema}.users TO {role}"),
    Sql("GRANT SELECT, INSERT, UPDATE (last_seen_at, ended_at) ON {schema}.sessions TO {role}"),
    Sql("GRANT SELECT, INSERT, UPDATE (deleted_at, last_used_at, last_used_address, last_user_agent, use_count, "
        "key_hash, pepper_version, disabled_at, disabled_by) ON {schema}.api_keys TO {role}"),
    Sql("GRANT INSERT ON {schema}.audit_events TO {role}"),
    Sql("GRANT SELECT, INSERT, DELETE ON {schema}.login_attempts TO {role}"),
    Sql("GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.known_devices TO {role}"),
    Sql("GRANT SELECT, INSERT, UPDATE ON {schema}.key_changes TO {role}"),
};

// The tenant tables that no statement of a worker uses.
inline constexpr std::array kRoleReachesNone = {std::string_view("schema_migrations")};

// The rights that the previous release granted beyond that. Error 1141 means that they are not there, which is fine.
inline constexpr std::array kFormerRoleRevokes = {
    Sql("REVOKE SELECT, INSERT, UPDATE ON {schemaInGrant}.* FROM {formerRole}"),
};

// The rights of `claviger prune`: to read the age of old rows, and to delete them. It has no right on keys and users.
// The rights belong to a role, since the server shows the tool the rights of a role that the tool has made, but not
// those of an account. The account of `claviger prune` may take the role.
inline constexpr std::array kPruneControlGrants = {
    Sql("CREATE ROLE IF NOT EXISTS {pruneRole}"),
    Sql("GRANT SELECT ON claviger.tenants TO {pruneRole}"),
    Sql("GRANT SELECT (tenant_id, key_id, usable_until), DELETE ON claviger.key_index TO {pruneRole}"),
    Sql("GRANT {pruneRole} TO {pruner}"),
};
constexpr std::array<Sql, 4> kPruneGrants = {
    "GRANT SELECT (expires_at), DELETE ON {schema}.sessions TO {pruneRole}",
    "GRANT SELECT (id), DELETE ON {schema}.audit_events TO {pruneRole}",
    "GRANT SELECT (last_seen_at), DELETE ON {schema}.known_devices TO {pruneRole}",
    "GRANT SELECT (failed_at), DELETE ON {schema}.login_attempts TO {pruneRole}",
};

// The holder is the role, or the account, to which the previous release has granted the rights.
constexpr std::array<Sql, 4> kPruneRevokes = {
    "REVOKE SELECT (expires_at), DELETE ON {schema}.sessions FROM {holder}",
    "REVOKE SELECT (id), DELETE ON {schema}.audit_events FROM {holder}",
    "REVOKE SELECT (last_seen_at), DELETE ON {schema}.known_devices FROM {holder}",
    "REVOKE SELECT (failed_at), DELETE ON {schema}.login_attempts FROM {holder}",
};

}  // namespace claviger::persistence
