// `claviger doctor` reports no problem of a sound installation. It finds each planted fault and says how to fix it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { firstTenantMigration, runTool, startTool } from '../support/tool.mjs';

let tool;
let pepper;

before(async () => {
  tool = await startTool('--log-bin=binlog', '--sync-binlog=1');
  pepper = join(tool.database.folder, 'secrets/pepper');
  mkdirSync(join(tool.database.folder, 'run'), { recursive: true });
  tool.configure(sound());
  assert.equal(tool.run('migrate').status, 0);
  for (const slug of ['a-b', 'acme']) {
    assert.equal(tool.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug).status, 0);
  }
});
after(() => tool?.stop());

const sound = () => ({ 'pepper.file': pepper, 'run.folder': join(tool.database.folder, 'run'), 'fcgi.socket': join(tool.database.folder, 'run/fcgi.sock') });
const sql = (statement) => assert.notEqual(tool.database.sql(statement), undefined, statement);
const role = (slug) => tool.database.roleOf(slug);
const formerRole = (slug) => tool.database.formerRoleOf(slug);

// The tool makes it while workers of an earlier release run.
function makeFormerRole(slug) {
  sql("INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES (REPEAT('e', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
  assert.equal(tool.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug).status, 0);
  sql('DELETE FROM claviger.nodes');
}

function examine() {
  const { status, document } = tool.json('doctor');
  assert.equal(status, document.serious > 0 ? 1 : 0);
  assert.equal(document.serious, document.findings.filter(({ severity }) => severity === 'serious').length);
  return document.findings;
}

// Expects a finding of the check with that severity and text. The finding must say how to fix the problem.
function found(check, severity, pattern) {
  const finding = examine().find((one) => one.check === check && one.severity === severity);
  assert.ok(finding, `${check} is not found ${severity}`);
  assert.match(finding.message, pattern);
  assert.ok(finding.fix.length > 0, 'it does not say how to fix it');
}

// Plants a fault and expects the finding. Then it removes the fault and expects no finding.
function faulty(name, { plant, fix, check, severity = 'serious', pattern }) {
  test(name, () => {
    plant();
    try {
      found(check, severity, pattern);
    } finally {
      fix();
    }
    assert.ok(!examine().some((one) => one.check === check && one.severity === severity), 'it is still found once fixed');
  });
}

test('a sound installation has nothing serious, and says what was looked at', () => {
  const findings = examine();
  assert.deepEqual(findings.filter(({ severity }) => severity === 'serious'), []);
  const good = findings.filter(({ severity }) => severity === 'ok').map(({ check }) => check);
  for (const check of ['configuration', 'pepper', 'control_schema', 'tenant_schemas', 'tool_rights', 'worker_rights', 'tenant_roles', 'time_zone', 'sql_mode', 'durability_log', 'max_connections']) {
    assert.ok(good.includes(check), `${check} was not looked at`);
  }
  const { status, stdout } = tool.run('doctor');
  assert.equal(status, 0);
  assert.match(stdout, /^0 serious, \d+ to think about, \d+ as they should be$/m);
});

test('a configuration that cannot be read is a finding like any other', () => {
  writeFileSync(join(tool.database.folder, 'bad.conf'), 'nonsense = 1\n');
  const { status, stdout } = runTool(['--config', join(tool.database.folder, 'bad.conf'), 'doctor']);
  assert.equal(status, 1);
  assert.match(stdout, /^serious +configuration: .*nonsense/m);
});

faulty('a configuration that everybody may change', {
  plant: () => chmodSync(tool.config, 0o666),
  fix: () => chmodSync(tool.config, 0o600),
  check: 'configuration',
  pattern: /everybody may change/,
});
faulty('a secret that others may read', {
  plant: () => chmodSync(tool.database.settings['database.tool_password_file'], 0o644),
  fix: () => chmodSync(tool.database.settings['database.tool_password_file'], 0o600),
  check: 'tool_password',
  pattern: /is open to other accounts/,
});
faulty('a pepper that others may read', {
  plant: () => chmodSync(pepper, 0o644),
  fix: () => chmodSync(pepper, 0o600),
  check: 'pepper_file',
  pattern: /is open to other accounts/,
});
test('a pepper that others may read is found once, and no backup of it is asked for; its group may read a secret', () => {
  chmodSync(pepper, 0o644);
  try {
    const found = examine().filter(({ message }) => message.includes(pepper));
    assert.deepEqual(found.map(({ check, fix }) => [check, fix]), [['pepper_file', `chmod 600 ${pepper}`]]);
    chmodSync(pepper, 0o640); // the rule of every program that reads it
    const findings = examine().filter(({ check }) => check.startsWith('pepper'));
    assert.deepEqual(findings.filter(({ severity }) => severity !== 'ok'), []);
    assert.equal(tool.run('pepper', 'status').status, 0);
  } finally {
    chmodSync(pepper, 0o600);
  }
});
test('without the password of the tool or of the workers no right on a tenant is called too much', () => {
  for (const settings of [['tool'], ['tool', 'worker']].map((names) => Object.fromEntries(names.map((name) => [`database.${name}_password_file`, '/nonexistent'])))) {
    tool.configure({ ...sound(), ...settings });
    try {
      const rights = examine().filter(({ check }) => check.endsWith('_rights'));
      assert.deepEqual(rights.filter(({ severity }) => severity !== 'ok'), []);
      assert.ok(rights.some(({ check }) => check === 'prune_rights'));
    } finally {
      tool.configure(sound());
    }
  }
});
test('only the roles that were looked at are counted', () => {
  const told = () => examine().find(({ check }) => check === 'tenant_roles').message;
  assert.match(told(), /^each of 2 tenants/);
  sql("UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug = 'acme'");
  try {
    assert.match(told(), /^each of 1 tenants/);
  } finally {
    sql("UPDATE claviger.tenants SET schema_version = schema_version + 1 WHERE slug = 'acme'");
  }
});
faulty('a pepper that is gone', {
  plant: () => renameSync(pepper, `${pepper}.away`),
  fix: () => renameSync(`${pepper}.away`, pepper),
  check: 'pepper',
  pattern: /cannot be read/,
});
faulty('a pepper that is torn', {
  plant: () => (copyFileSync(pepper, `${pepper}.whole`), writeFileSync(pepper, '1:abcd\n')),
  fix: () => renameSync(`${pepper}.whole`, pepper),
  check: 'pepper',
  pattern: /not of the form/,
});
faulty('another pepper than the one that the database is used with', {
  plant: () => sql("INSERT INTO claviger.peppers (version, fingerprint, recorded_at) VALUES (1, '0123456789abcdef', UTC_TIMESTAMP(6))"),
  fix: () => sql('DELETE FROM claviger.peppers'),
  check: 'pepper_of_database',
  pattern: /another pepper of version 1/,
});
faulty('a folder of sockets and locks that everybody may write to', {
  plant: () => chmodSync(join(tool.database.folder, 'run'), 0o777),
  fix: () => chmodSync(join(tool.database.folder, 'run'), 0o700),
  check: 'run_folder',
  pattern: /everybody may write/,
});
faulty("a hashing-queue file that an earlier start as root made", {
  plant: () => {
    writeFileSync(join(tool.database.folder, 'run/hashing-queue.1'), '', { mode: 0o600 });
    tool.configure({ ...sound(), 'fcgi.user': 'nobody' });
  },
  fix: () => execFileSync('chown', ['nobody', join(tool.database.folder, 'run/hashing-queue.1')]), // as the finding says
  check: 'hashing_queue',
  pattern: /hashing-queue\.1 is closed to nobody: no worker can start/,
});
faulty('a right that the workers lack', {
  plant: () => sql("REVOKE SELECT ON claviger.tenant_hosts FROM claviger_worker@localhost"),
  fix: () => sql("GRANT SELECT ON claviger.tenant_hosts TO claviger_worker@localhost"),
  check: 'worker_rights',
  pattern: /lacks SELECT on claviger\.tenant_hosts/,
});
faulty('a right that the workers have too much', {
  plant: () => sql("GRANT SELECT ON *.* TO claviger_worker@localhost"),
  fix: () => sql("REVOKE SELECT ON *.* FROM claviger_worker@localhost"),
  check: 'worker_rights',
  pattern: /too much: SELECT on \*\.\*/,
});
faulty("a tenant's role that the workers may not take", {
  // Written by hand, since only the account that made the role may revoke it.
  plant: () => sql(`DELETE FROM mysql.roles_mapping WHERE User = 'claviger_worker' AND Role = '${role('acme')}'; FLUSH PRIVILEGES`),
  fix: () => assert.equal(tool.run('tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'acme').status, 0),
  check: 'worker_roles',
  pattern: /acme/,
});
faulty("a role whose wildcard reaches a look-alike's schema", {
  plant: () => sql(`GRANT SELECT ON \`claviger_t_a_b\`.* TO ${role('a-b')}`),
  fix: () => sql(`REVOKE SELECT ON \`claviger_t_a_b\`.* FROM ${role('a-b')}`),
  check: 'tenant_roles',
  pattern: /a-b.*SELECT on claviger_t_a_b\.\*/,
});
faulty('a role that may do to a column what no worker does', {
  plant: () => sql(`GRANT UPDATE (status) ON claviger_t_acme.users TO ${role('acme')}`),
  fix: () => sql(`REVOKE UPDATE (status) ON claviger_t_acme.users FROM ${role('acme')}`),
  check: 'tenant_roles',
  pattern: /acme.*UPDATE \(status\) on claviger_t_acme\.users/,
});
faulty('a role with a right on the whole server that no table of rights names', {
  plant: () => sql(`GRANT BINLOG ADMIN ON *.* TO ${role('acme')}`),
  fix: () => sql(`REVOKE BINLOG ADMIN ON *.* FROM ${role('acme')}`),
  check: 'tenant_roles',
  pattern: /acme.*\(BINLOG ADMIN on \*\.\*\)/,
});
faulty('a role that may run a routine', {
  plant: () => sql(`CREATE PROCEDURE claviger_t_acme.p() DO 1; GRANT EXECUTE ON PROCEDURE claviger_t_acme.p TO ${role('acme')}`),
  fix: () => sql('DROP PROCEDURE claviger_t_acme.p'),
  check: 'tenant_roles',
  pattern: /acme.*EXECUTE on PROCEDURE claviger_t_acme\.p/,
});
faulty("a role that was granted another tenant's", {
  // Written by hand, as above: the administrator has made neither role.
  plant: () => sql(`INSERT INTO mysql.roles_mapping VALUES ('', '${role('acme')}', '${role('a-b')}', 'N'); FLUSH PRIVILEGES`),
  fix: () => sql(`DELETE FROM mysql.roles_mapping WHERE Host = '' AND User = '${role('acme')}'; FLUSH PRIVILEGES`),
  check: 'tenant_roles',
  pattern: /acme.*on claviger_t_a_b\.users/,
});
faulty('a role that was granted one of no tenant', {
  plant: () => sql(`CREATE ROLE support; GRANT SELECT ON claviger_t_a_b.users TO support; INSERT INTO mysql.roles_mapping VALUES ('', '${role('acme')}', 'support', 'N'); FLUSH PRIVILEGES`),
  fix: () => sql(`DELETE FROM mysql.roles_mapping WHERE Host = '' AND User = '${role('acme')}'; FLUSH PRIVILEGES; DROP ROLE support`),
  check: 'tenant_roles',
  pattern: /acme.*on claviger_t_a_b\.users/,
});
faulty('a role that was granted that of prune', {
  plant: () => sql(`INSERT INTO mysql.roles_mapping VALUES ('', '${role('acme')}', 'clv_prune', 'N'); FLUSH PRIVILEGES`),
  fix: () => sql(`DELETE FROM mysql.roles_mapping WHERE Host = '' AND User = '${role('acme')}'; FLUSH PRIVILEGES`),
  check: 'tenant_roles',
  pattern: /acme.*on claviger_t_a_b\.sessions/,
});
faulty('a role that lacks a right', {
  plant: () => sql(`REVOKE UPDATE (ended_at) ON claviger_t_acme.sessions FROM ${role('acme')}`),
  fix: () => sql(`GRANT UPDATE (ended_at) ON claviger_t_acme.sessions TO ${role('acme')}`),
  check: 'tenant_roles',
  pattern: /acme.*\(UPDATE \(ended_at\) on claviger_t_acme\.sessions\)/,
});
faulty('a role that the tool may not take', {
  plant: () => sql(`UPDATE mysql.roles_mapping SET User = 'mariadb.sys' WHERE User = 'claviger_tool' AND Role = '${role('acme')}'; FLUSH PRIVILEGES`),
  fix: () => sql(`UPDATE mysql.roles_mapping SET User = 'claviger_tool' WHERE User = 'mariadb.sys' AND Role = '${role('acme')}'; FLUSH PRIVILEGES`),
  check: 'tenant_roles',
  pattern: /acme.*Invalid role specification/,
});
faulty("an account of nobody's that may take a tenant's role", {
  plant: () => sql(`CREATE USER stranger@'%'; INSERT INTO mysql.roles_mapping VALUES ('%', 'stranger', '${role('acme')}', 'N'); FLUSH PRIVILEGES`),
  fix: () => sql("DROP USER stranger@'%'"),
  check: 'role_holders',
  pattern: /stranger@%/,
});
test('an account of an earlier accounts.sql looks at each role by itself, and finds the same', () => {
  sql('REVOKE SELECT ON mysql.tables_priv FROM claviger_tool@localhost');
  try {
    found('rights_tables', 'warning', /each role was looked at by itself.*tables_priv/);
    assert.ok(examine().some(({ check, severity }) => check === 'tenant_roles' && severity === 'ok'));
    sql(`GRANT UPDATE (status) ON claviger_t_acme.users TO ${role('acme')}`);
    found('tenant_roles', 'serious', /acme.*UPDATE \(status\) on claviger_t_acme\.users/);
  } finally {
    sql(`REVOKE UPDATE (status) ON claviger_t_acme.users FROM ${role('acme')}; GRANT SELECT ON mysql.tables_priv TO claviger_tool@localhost`);
  }
  assert.ok(!examine().some(({ check }) => check === 'rights_tables'));
});
faulty('a role of the release before that has its broad rights again', {
  plant: () => {
    makeFormerRole('acme');
    sql(`GRANT SELECT, INSERT, UPDATE ON \`claviger\\_t\\_acme\`.* TO ${formerRole('acme')}`);
  },
  fix: () => assert.equal(tool.run('tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'acme').status, 0),
  check: 'tenant_roles',
  pattern: /acme.*on claviger\\_t\\_acme\.\*/,
});
faulty('a right that the tool lacks', {
  plant: () => sql("REVOKE CREATE USER ON *.* FROM claviger_tool@localhost"),
  fix: () => sql("GRANT CREATE USER ON *.* TO claviger_tool@localhost"),
  check: 'tool_rights',
  pattern: /lacks CREATE USER/,
});
faulty('commits that are not on disk when they are answered', {
  plant: () => sql('SET GLOBAL innodb_flush_log_at_trx_commit = 2'),
  fix: () => sql('SET GLOBAL innodb_flush_log_at_trx_commit = 1'),
  check: 'durability_log',
  pattern: /is 2/,
});
faulty('a binary log that lags behind the commits', {
  plant: () => sql('SET GLOBAL sync_binlog = 0'),
  fix: () => sql('SET GLOBAL sync_binlog = 1'),
  check: 'durability_binlog',
  pattern: /sync_binlog is 0/,
});
faulty('a server that takes no writes', {
  plant: () => sql('SET GLOBAL read_only = 1'),
  fix: () => sql('SET GLOBAL read_only = 0'),
  check: 'writer',
  pattern: /read-only/,
});
faulty('too few connections for the workers', {
  plant: () => sql('SET GLOBAL max_connections = 12'),
  fix: () => sql('SET GLOBAL max_connections = 151'),
  check: 'max_connections',
  pattern: /max_connections is 12/,
});
faulty('caches too small for the tables', {
  plant: () => sql('SET GLOBAL table_open_cache = 50'),
  fix: () => sql('SET GLOBAL table_open_cache = 2000'),
  check: 'table_open_cache',
  severity: 'warning',
  pattern: /table_open_cache is 50/,
});
faulty('a `tenant create` that was never finished', {
  plant: () => sql("UPDATE claviger.tenants SET schema_version = 0 WHERE slug = 'acme'"),
  fix: () => assert.equal(tool.run('tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'acme').status, 0),
  check: 'tenant_schemas',
  pattern: /never finished: acme/,
});
faulty('a `tenant drop` that was never finished', {
  plant: () => sql("INSERT INTO claviger.tenant_transfers (tenant_id, what, file, begun_at) SELECT id, 'drop', 'x', NOW(6) FROM claviger.tenants WHERE slug = 'acme'"),
  fix: () => sql('DELETE FROM claviger.tenant_transfers'),
  check: 'tenant_schemas',
  pattern: /never finished: drop of acme/,
});
faulty('a schema that was lost', {
  plant: () => {
    assert.equal(tool.run('tenant', 'export', 'acme', '--output', join(tool.database.folder, 'acme.json')).status, 0);
    sql('DROP SCHEMA claviger_t_acme');
  },
  // The fix that the refusal of `tenant create` names.
  fix: () => {
    const into = join(tool.database.folder, 'empty.json');
    assert.equal(tool.run('tenant', 'drop', 'acme', '--confirm', 'acme', '--export', into).status, 0);
    assert.equal(tool.run('tenant', 'import', join(tool.database.folder, 'acme.json')).status, 0);
  },
  check: 'tenant_schemas',
  pattern: new RegExp(`acme.*${firstTenantMigration} has not run there`),
});
faulty('a tenant that is behind', {
  plant: () => sql("UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug = 'acme'"),
  fix: () => sql("UPDATE claviger.tenants SET schema_version = schema_version + 1 WHERE slug = 'acme'"),
  check: 'tenant_schemas',
  pattern: /behind this release.*acme/,
});
faulty('a migration that was edited', {
  plant: () => tool.addMigrations({ 'tenant/0001_users.sql': 'DO 1\n' }),
  fix: () => tool.configure(sound()),
  check: 'tenant_schemas',
  pattern: /0001_users was edited/,
});
faulty('a control schema that is behind', {
  plant: () => tool.addMigrations({ [`control/${String(tool.json('migrate', 'status').document.control.newest + 1).padStart(4, '0')}_later.sql`]: 'DO 1\n' }),
  fix: () => tool.configure(sound()),
  check: 'control_schema',
  pattern: /lacks 1 migration/,
});

test('a socket that everybody may speak to', async () => {
  const socket = sound()['fcgi.socket'];
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.once('listening', resolve));
  chmodSync(socket, 0o666);
  found('fcgi_socket', 'serious', /past nginx/);
  chmodSync(socket, 0o660);
  assert.ok(examine().some(({ check, severity }) => check === 'fcgi_socket' && severity === 'ok'));
  const www = Number(execFileSync('id', ['-g', 'www-data']));
  chownSync(socket, 0, www);
  found('fcgi_socket_group', 'warning', /every program of www-data may speak to the workers/);
  found('fcgi_user', 'warning', /the workers run as root/);
  chownSync(socket, 12345, 12345);
  for (const sound of ['fcgi_socket_group', 'fcgi_user'])
    assert.ok(examine().some(({ check, severity }) => check === sound && severity === 'ok'), sound);
  await new Promise((resolve) => server.close(resolve));
});

test('one more tenant costs two queries and no SHOW GRANTS', () => {
  const counted = (name) => Number(tool.database.sql(`SHOW GLOBAL STATUS LIKE '${name}'`).split('\t')[1]);
  // Each connection sends one SELECT of its own, and how many are made depends on the threads.
  const statements = () => [counted('Com_select') - counted('Connections'), counted('Com_show_grants')];
  const cost = () => {
    const before = statements();
    examine();
    return statements().map((count, i) => count - before[i]);
  };
  const [queries, shows] = cost();
  assert.equal(tool.run('tenant', 'create', 'one-more', '--host', 'one-more.example', '--name', 'One more').status, 0);
  const [queriesLater, showsLater] = cost();
  assert.ok(queriesLater <= queries + 2, 'its history, its peppers');
  assert.equal(showsLater, shows);
});

test('a database that is away is a finding, and no secret is told', async () => {
  await tool.database.kill();
  const { status, stdout, stderr } = tool.run('doctor');
  assert.equal(status, 1);
  assert.match(stdout, /^serious +tool_account: .*no connection/m);
  assert.match(stdout, /^ok +pepper: /m);
  assert.equal(stderr, '');
  await tool.database.start();
});
