// Verbs that suspend, sign out or revoke, and the requests of the same user, beside years of that user's rows. The rows
// are expired sessions, audit rows and dead keys. Each verb and each request answers within 1 s, in the short form
// within 3 s. The number of rows that its statements read is bounded, for tables of any size.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startDatabase } from '../support/database.mjs';
import { root } from '../support/launcher.mjs';
import { figure } from '../support/long.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const rows = figure({ short: 20_000, full: 1_000_000 }); // of each kind
const atOnce = 20_000; // rows of one INSERT
const mostRead = 400; // rows, by all statements of one verb; 60 open sessions are among them
const mostMilliseconds = figure({ short: 3000, full: 1000 }); // the short form runs beside other files
const newPassword = 'quite another password\n';
const hasty = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-log-file-size=256M', '--innodb-buffer-pool-size=512M', '--userstat=1'];

let database, service, tenant, user, schema, visitor, keys;

before(async () => {
  database = await startDatabase(...hasty);
  service = await startService({ ...database.settings, ...manyChanges });
  tenant = service.tenant();
  user = service.user(tenant);
  schema = `claviger_t_${tenant.slug}`;
  visitor = await service.signedIn(tenant, user);
  keys = [await visitor.createKey('First'), await visitor.createKey('Second'), await visitor.createKey('Third')];
  fill();
});
after(async () => {
  await service?.stop();
  await database?.stop();
});

function insert(table, columns, values, count = rows) {
  for (let first = 1; first <= count; first += atOnce) {
    const last = Math.min(first + atOnce - 1, count);
    const told = database.sql(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM mysql.seq_${first}_to_${last}`);
    assert.notEqual(told, undefined, `${table} could not be filled`);
  }
}

// A UUID of version 7 from April 2022; each seq has its own.
const oldId = "UNHEX(CONCAT('018000', LPAD(HEX(seq), 6, '0'), '7000800000', LPAD(HEX(seq), 10, '0')))";
const hashOf = (name) => `UNHEX(SHA2(CONCAT('${name}', seq), 256))`;
const ago = (days) => `UTC_TIMESTAMP(6) - INTERVAL ${days} DAY`;
const sessionColumns = 'token_hash, user_id, created_at, last_seen_at, expires_at';

function fill() {
  const [userId, tenantId] = [`(SELECT id FROM ${schema}.users)`, `(SELECT id FROM claviger.tenants WHERE slug = '${tenant.slug}')`];
  insert(`${schema}.sessions`, sessionColumns, `${hashOf('expired')}, ${userId}, ${ago(2)}, ${ago(2)}, ${ago(1)}`);
  insert(`${schema}.sessions`, sessionColumns, `${hashOf('open')}, ${userId}, ${ago(0)}, ${ago(0)}, UTC_TIMESTAMP(6) + INTERVAL 10 HOUR`, 60);
  insert(`${schema}.audit_events`, 'id, happened_at, action, user_id, request_id, address', `${oldId}, ${ago(2)}, 'signed_in', ${userId}, 'r', 'a'`);
  insert(
    `${schema}.api_keys`,
    'id, user_id, name, lineage_id, generation, key_hash, pepper_version, key_prefix, once_hash, created_at, deleted_at',
    `${oldId}, ${userId}, 'Zapier', ${oldId}, 1, ${hashOf('key')}, 1, 'pk_live_abcd', ${hashOf('once')}, ${ago(2)}, ${ago(1)}`,
  );
  insert('claviger.dead_keys', 'tenant_id, key_hash, died_at, key_id', `${tenantId}, ${hashOf('key')}, ${ago(1)}, ${oldId}`);
  database.sql(`ANALYZE TABLE ${schema}.sessions, ${schema}.audit_events, ${schema}.api_keys`);
}

// Returns the result of `work`. Fails if `work` took too long. Fails as well if the server read too many rows for it in
// the tenant's tables and in dead_keys.
async function measured(name, work) {
  database.sql('FLUSH TABLE_STATISTICS');
  const began = performance.now();
  const result = await work();
  const milliseconds = performance.now() - began;
  const read = Number(database.sql(`SELECT COALESCE(SUM(rows_read), 0) FROM information_schema.table_statistics WHERE table_schema = '${schema}' OR table_name = 'dead_keys'`));
  console.log(`${name} beside ${rows} rows of each kind: ${milliseconds.toFixed(0)} ms, ${read} rows read`);
  assert.ok(read <= mostRead, `${name} read ${read} rows`);
  assert.ok(milliseconds <= mostMilliseconds, `${name} took ${milliseconds.toFixed(0)} ms`);
  return result;
}

const ofUser = () => ['--tenant', tenant.slug, '--email', user.email];

function tool(args, options) {
  const { status, stdout, stderr } = service.tool([...args, '--json'], options);
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

const openSessions = () => Number(database.sql(`SELECT COUNT(*) FROM ${schema}.sessions WHERE ended_at IS NULL AND expires_at > UTC_TIMESTAMP(6)`));

test('a sign-in leaves 50 open sessions', async () => {
  const next = service.visitor(tenant);
  assert.equal((await measured('sign-in', () => next.signIn(user))).status, 303);
  assert.equal(openSessions(), 50);
  assert.equal((await next.get('/api/api-keys')).status, 200);
  visitor = next;
});

test('the list and its page', async () => {
  assert.equal((await measured('list', () => visitor.get('/api/api-keys'))).json().keys.length, 3);
  assert.equal((await measured('page', () => visitor.get('/settings/api-keys'))).status, 200);
  assert.equal((await measured('key list', () => tool(['key', 'list', '--tenant', tenant.slug]))).keys.length, 3);
});

test('a key is created, regenerated and revoked', async () => {
  const made = await measured('create', () => visitor.createKey('Fourth'));
  assert.equal((await service.verify(tenant, made.fullKey)).status, 204);

  const answer = await measured('regenerate', () => visitor.postJson(`/api/api-keys/${keys[0].id}`));
  assert.ok([200, 201].includes(answer.status), answer.body);
  assert.equal((await service.verify(tenant, keys[0].fullKey)).status, 401);
  assert.equal((await service.verify(tenant, answer.json().fullKey)).status, 204);

  await measured('key revoke', () => tool(['key', 'revoke', '--tenant', tenant.slug, '--id', keys[1].id]));
  assert.equal((await service.verify(tenant, keys[1].fullKey)).status, 401);
});

test('sign-out ends every session by one row', async () => {
  const { changed, endedSessions } = await measured('user sign-out', () => tool(['user', 'sign-out', ...ofUser()]));
  assert.deepEqual([changed, endedSessions], [true, 50]);
  assert.equal((await visitor.get('/api/api-keys')).status, 401);
  assert.equal((await service.verify(tenant, keys[2].fullKey)).status, 204);
});

test('a new password ends every session', async () => {
  visitor = await service.signedIn(tenant, user);
  await measured('user set-password', () => tool(['user', 'set-password', ...ofUser(), '--password-stdin'], { input: newPassword }));
  assert.equal((await visitor.get('/api/api-keys')).status, 401);
  user.password = newPassword.trim();
  visitor = await service.signedIn(tenant, user);
});

test('a suspension ends every session and refuses every key', async () => {
  await measured('user suspend', () => tool(['user', 'suspend', ...ofUser()]));
  assert.equal((await visitor.get('/api/api-keys')).status, 401);
  assert.equal((await service.verify(tenant, keys[2].fullKey)).status, 401);
  await measured('user approve', () => tool(['user', 'approve', ...ofUser()]));
  assert.equal((await service.verify(tenant, keys[2].fullKey)).status, 204);
  assert.equal((await visitor.get('/api/api-keys')).status, 401);
});

// The time of the export grows with the number of rows. The tenant is closed before the export.
test('a tenant that is dropped is closed at once', async () => {
  const began = performance.now();
  const file = join(service.folder, 'export.json');
  const drop = spawn(join(root, 'build/cli/claviger'), ['--config', service.config, 'tenant', 'drop', tenant.slug, '--confirm', tenant.slug, '--export', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => drop.on('exit', resolve));
  await until('every key to be refused', async () => (await service.verify(tenant, keys[2].fullKey)).status !== 204);
  const closed = performance.now() - began;
  assert.equal(await ended, 0);
  console.log(`tenant drop beside ${rows} rows of each kind: closed after ${closed.toFixed(0)} ms, done after ${(performance.now() - began).toFixed(0)} ms`);
  assert.ok(closed <= mostMilliseconds, `closed after ${closed.toFixed(0)} ms`);
});
