// `claviger migrate` on a database of its own: from nothing, a second time, on tenants that are behind, and with one
// tenant that fails.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { firstTenantMigration, startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple\n';
const slugs = ['acme', 'globex', 'initech'];

let tool;

before(async () => {
  tool = await startTool();
});
after(() => tool?.stop());

const states = ({ document }) =>
  Object.fromEntries([['control', document.control.state], ...document.tenants.map((tenant) => [tenant.tenant, tenant.state])]);
const all = (state) => Object.fromEntries(['control', ...slugs].map((name) => [name, state]));

test('before the first migration every other verb says what to run', () => {
  for (const args of [
    ['tenant', 'list'],
    ['tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'Acme'],
    ['user', 'list', '--tenant', 'acme'],
  ]) {
    const { status, document, stderr } = tool.json(...args);
    assert.equal(status, 1);
    assert.equal(document.error.code, 'control_schema_missing');
    assert.match(stderr, /Run `claviger migrate` first/);
  }
});

test('a look at the status makes nothing', () => {
  const { status, document } = tool.json('migrate', 'status');
  assert.equal(status, 0);
  assert.equal(document.control.version, 0);
  assert.equal(document.control.state, 'behind');
  assert.deepEqual(document.tenants, []);
  assert.equal(tool.database.sql("SHOW DATABASES LIKE 'claviger%'"), '');
});

test('migrates from nothing, and is already so when run again', () => {
  for (let i = 0; i < 2; ++i) {
    const { status, document, stderr } = tool.json('migrate');
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.equal(document.control.state, 'current');
    assert.equal(document.control.version, document.control.newest);
  }
});

test('shows each schema in words, and those alone that need somebody', () => {
  for (const slug of slugs) {
    const made = tool.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug);
    assert.equal(made.status, 0, made.stderr);
  }
  const { status, stdout } = tool.run('migrate', 'status', '--all');
  assert.equal(status, 0);
  assert.match(stdout, /^SCHEMA +VERSION +NEWEST +STATE\nclaviger +\d+ +\d+ +current\nclaviger_t_acme +\d+ +\d+ +current\n/);
  assert.match(stdout, /^3 tenants: 3 current$/m);
  assert.doesNotMatch(tool.run('migrate', 'status').stdout, /claviger_t_/);
});

// Adds a release with one more migration, which fails where two users share a name.
test('a tenant behind the release is told so, and no verb works on it', () => {
  const next = tool.json('migrate', 'status').document.tenants[0].newest + 1;
  tool.addMigrations({
    [`tenant/${String(next).padStart(4, '0')}_one_name.sql`]: 'CREATE UNIQUE INDEX one_name ON {schema}.users (name)\n',
  });
  assert.deepEqual(states(tool.json('migrate', 'status')), { ...all('behind'), control: 'current' });

  const args = ['user', 'create', '--tenant', 'acme', '--email', 'a@acme.example', '--password-stdin'];
  const { status, document, stderr } = tool.json({ input: password }, ...args);
  assert.equal(status, 1);
  assert.equal(document.error.code, 'tenant_migrating');
  assert.match(stderr, /Run `claviger migrate`/);
  assert.equal(tool.database.sql('SELECT COUNT(*) FROM claviger_t_acme.users'), '0');
});

test('a dry run prints the SQL of each schema that is behind, and changes nothing', () => {
  const { status, stdout } = tool.run('migrate', '--dry-run');
  assert.equal(status, 0);
  const statements = [...stdout.matchAll(/^CREATE UNIQUE INDEX one_name ON `claviger_t_(\w+)`\.users \(name\)\n;$/gm)];
  assert.deepEqual(statements.map(([, slug]) => slug), slugs);
  const { document } = tool.json('migrate', '--dry-run', '--tenant', 'globex');
  assert.deepEqual(document.statements.map(({ schema }) => schema), ['claviger_t_globex']);
  assert.deepEqual(states(tool.json('migrate', 'status')), { ...all('behind'), control: 'current' });
});

test('one tenant alone is migrated, and an unknown one is not found', () => {
  const { status, document } = tool.json('migrate', '--tenant', 'nobody');
  assert.equal(status, 3);
  assert.equal(document.error.code, 'tenant_not_found');

  const { status: done, stderr } = tool.run('migrate', '--tenant', 'initech');
  assert.equal(done, 0);
  assert.match(stderr, /^\[1\/1\] initech: version \d+\n$/);
  assert.deepEqual(states(tool.json('migrate', 'status')), { ...all('behind'), control: 'current', initech: 'current' });
});

test('one tenant that fails does not stop the others, and the exit status says so', () => {
  const user = (id) => `(UNHEX('${id.repeat(32)}'), 'u${id}@globex.example', 'Same Name', 'x', 'approved', NOW(6))`;
  const columns = '(id, email, name, password_hash, status, created_at)';
  tool.database.sql(`INSERT INTO claviger_t_globex.users ${columns} VALUES ${user('1')}, ${user('2')}`);
  assert.equal(tool.database.sql('SELECT COUNT(*) FROM claviger_t_globex.users'), '2');

  const partly = tool.json('migrate');
  assert.equal(partly.status, 5);
  assert.deepEqual(states(partly), { ...all('current'), globex: 'failed' });
  const failed = partly.document.tenants.find(({ tenant }) => tenant === 'globex');
  assert.match(failed.failure, /one_name/);
  assert.equal(failed.version, failed.newest - 1);
  assert.match(partly.stderr, /tenant globex is not migrated: .*\n.*run `claviger migrate` again/);

  const told = tool.run('migrate');
  assert.equal(told.status, 5);
  assert.match(told.stdout, /claviger_t_globex +\d+ +\d+ +failed/);
  assert.match(told.stderr, /^\[1\/1\] globex failed: .*one_name/);
});

test('who has failed is known later, with the reason', () => {
  const { status, ...seen } = tool.json('migrate', 'status');
  assert.equal(status, 0);
  assert.deepEqual(states(seen), { ...all('current'), globex: 'failed' });
  assert.match(tool.run('migrate', 'status').stdout, /tenant globex is not migrated: .*one_name/);
});

test('it goes on when the reason is gone', () => {
  tool.database.sql("UPDATE claviger_t_globex.users SET name = email");
  const { status, ...done } = tool.json('migrate');
  assert.equal(status, 0);
  assert.deepEqual(states(done), all('current'));
  assert.deepEqual(states(tool.json('migrate', 'status')), all('current'));
});

test('an older release leaves alone what a newer one has migrated', () => {
  tool.configure({});
  const { status, ...seen } = tool.json('migrate');
  assert.equal(status, 0);
  assert.deepEqual(states(seen), { ...all('ahead'), control: 'current' });
  for (const { version, newest } of seen.document.tenants) assert.equal(version, newest + 1);
});

test('a migration that was altered after it had run is refused', () => {
  tool.addMigrations({ 'control/0001_tenants.sql': 'CREATE TABLE IF NOT EXISTS {schema}.tenants (id BINARY(16) PRIMARY KEY)\n' });
  const { status, document } = tool.json('migrate');
  assert.equal(status, 1);
  assert.equal(document.error.code, 'migration_failed');
  assert.match(document.error.message, /claviger: .*0001_tenants/);
});

test("a tenant's migration that was altered is found although nothing is to do", () => {
  tool.addMigrations({ 'tenant/0001_users.sql': 'CREATE TABLE IF NOT EXISTS {schema}.users (id BINARY(16) PRIMARY KEY)\n' });
  const { status, document, stderr } = tool.json('migrate');
  assert.equal(status, 5);
  for (const { failure } of document.tenants) assert.match(failure, /0001_users was edited/);
  assert.match(stderr, /tenant acme is not migrated/);
  const dry = tool.run('migrate', '--dry-run');
  assert.equal(dry.status, 5);
  assert.match(dry.stderr, /claviger_t_acme cannot be migrated: .*0001_users was edited/);
});

test('a control migration that was altered is found by a check', () => {
  tool.addMigrations({ 'control/0001_tenants.sql': 'CREATE TABLE IF NOT EXISTS {schema}.tenants (id BINARY(16) PRIMARY KEY)\n' });
  const { status, document } = tool.json('migrate', 'status', '--check');
  assert.equal(status, 0);
  assert.equal(document.control.state, 'failed');
  assert.match(tool.run('migrate', 'status', '--check').stdout, /^the control schema does not fit: .*0001_tenants was edited/m);
});

test('a schema that was lost is found by a check, and nothing is made in its place', () => {
  tool.configure({});
  tool.database.sql('UPDATE claviger.tenants SET schema_version = schema_version - 1'); // left by the newer release
  tool.database.sql("DELETE FROM claviger_t_acme.schema_migrations WHERE name LIKE '%one_name'");
  tool.database.sql("DELETE FROM claviger_t_initech.schema_migrations WHERE name LIKE '%one_name'");
  assert.notEqual(tool.database.sql('DROP SCHEMA claviger_t_globex'), undefined);
  for (const args of [['migrate', '--check'], ['migrate', '--dry-run', '--check']]) {
    const { status, stderr } = tool.run(...args);
    assert.equal(status, 5, args.join(' '));
    assert.match(stderr, new RegExp(`globex.*: migration ${firstTenantMigration} has not run there`));
    assert.doesNotMatch(stderr, /acme|initech/);
  }
  const lost = (args, status) => {
    const answer = tool.json(...args);
    assert.deepEqual([answer.status, answer.document.error.code], [status, 'schema_lost'], args.join(' '));
    assert.match(answer.document.error.message, /^globex: its schema claviger_t_globex is gone or empty/);
    assert.match(answer.document.error.next, /`claviger tenant drop`, then `claviger tenant import`/);
  };
  const create = ['tenant', 'create', 'globex', '--host', 'more.globex.example', '--name', 'globex'];
  lost(create, 1);
  lost([...create, '--dry-run'], 1);
  assert.equal(tool.json('tenant', 'show', 'globex').document.tenant.hosts.length, 1);
  tool.database.sql("UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug = 'globex'");
  for (const args of [['migrate'], ['migrate', '--dry-run']]) {
    const { status, stderr } = tool.run(...args);
    assert.equal(status, 5);
    assert.match(stderr, /globex.*: its schema claviger_t_globex is gone or empty, and nothing was made in its place/);
  }
  assert.equal(tool.database.sql("SHOW DATABASES LIKE 'claviger_t_globex'"), '');
});

test('what cannot be is refused before anything is asked', () => {
  for (const args of [['--jobs', '0'], ['--jobs', '65'], ['--jobs', 'many'], ['--tenant', 'Not A Slug'], ['--tenant', ''], ['--dry-run', 'status'], ['status', '--dry-run']]) {
    assert.equal(tool.run('migrate', ...args).status, 2, args.join(' '));
  }
});
