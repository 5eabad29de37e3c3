// `claviger prune`: old rows go, in every tenant. Young rows, keys and users stay. Its account has no other right.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startTool } from '../support/tool.mjs';

const all = ['--sessions', '30d', '--audit', '400d', '--devices', '90d'];
const ofTenant = ['sessions', 'audit_events', 'known_devices', 'login_attempts'];
const pruned = [...ofTenant, 'key_index'];

let tool;
before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--userstat=1');
  assert.equal(tool.run('migrate').status, 0);
});
after(() => tool?.stop());

const sql = (statements) => tool.database.sql(statements);

function must(...args) {
  const { status, stdout, stderr } = tool.run(...args);
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

// Makes a tenant with so many rows of each kind and of each age.
function makeTenant(slug, { old, young }) {
  must('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug);
  must({ input: 'a good password of mine\n' }, 'user', 'create', '--tenant', slug, '--email', 'a@x.example', '--password-stdin');
  must('key', 'create', '--tenant', slug, '--email', 'a@x.example', '--name', 'Zapier');
  const schema = `claviger_t_${slug}`;
  fill(schema, old, { sessions: 31, audit: 401, devices: 91, attempts: 2, index: 2 }, 'old');
  fill(schema, young, { sessions: 29, audit: 399, devices: 89, attempts: 0, index: 0 }, 'young');
  return { slug, schema };
}

function fill(schema, count, ages, name) {
  const user = `(SELECT id FROM ${schema}.users)`;
  const ago = (days) => `UTC_TIMESTAMP(6) - INTERVAL ${days} DAY`;
  const hash = `UNHEX(SHA2(CONCAT('${name}', seq), 256))`;
  const id = `UNHEX(CONCAT(LPAD(HEX(ROUND(UNIX_TIMESTAMP(NOW(3) - INTERVAL ${ages.audit} DAY) * 1000)), 12, '0'), '70008000', LPAD(HEX(seq), 12, '0')))`;
  const key = `UNHEX(LEFT(SHA2(CONCAT('${name}', seq), 256), 32))`; // of the index, where keys are unique for a tenant
  const hashHere = `UNHEX(SHA2(CONCAT('${schema}${name}', seq), 256))`; // and hashes for all
  const from = `FROM mysql.seq_1_to_${count}`;
  const told = sql(`
    INSERT INTO ${schema}.sessions (token_hash, user_id, created_at, last_seen_at, expires_at)
      SELECT ${hash}, ${user}, ${ago(ages.sessions)}, ${ago(ages.sessions)}, ${ago(ages.sessions)} ${from};
    INSERT INTO ${schema}.audit_events (id, happened_at, action, user_id, request_id, address)
      SELECT ${id}, ${ago(ages.audit)}, 'signed_in', ${user}, 'r', 'a' ${from};
    INSERT INTO ${schema}.known_devices (user_id, device_hash, first_seen_at, last_seen_at)
      SELECT ${user}, ${hash}, ${ago(ages.devices)}, ${ago(ages.devices)} ${from};
    INSERT INTO ${schema}.login_attempts (budget_hash, failed_at) SELECT ${hash}, ${ago(ages.attempts)} ${from};
    INSERT INTO claviger.key_index (tenant_id, key_id, key_hash, user_id, pepper_version, key_shard, key_epoch, user_shard, user_epoch, tenant_shard, tenant_epoch, usable_until)
      SELECT t.id, ${key}, ${hashHere}, ${user}, 1, 0, 0, 0, 0, 0, 0, ${ago(ages.index)}
      FROM mysql.seq_1_to_${count} JOIN claviger.tenants t WHERE t.schema_name = '${schema}'`);
  assert.notEqual(told, undefined, 'the rows could not be made');
}

const countsOf = (schema) => ({
  ...Object.fromEntries(tool.database.tablesOf(schema).map((table) => [table, Number(sql(`SELECT COUNT(*) FROM ${schema}.${table}`))])),
  key_index: Number(sql(`SELECT COUNT(*) FROM claviger.key_index JOIN claviger.tenants ON id = tenant_id WHERE schema_name = '${schema}'`)),
});

// The counts after `old` rows of each kind have been deleted.
const without = (counts, old) => ({
  ...counts,
  ...Object.fromEntries(pruned.map((table) => [table, counts[table] - old])),
});

test('old rows of every tenant go, young ones and keys stay', () => {
  const tenants = [makeTenant('acme', { old: 2500, young: 30 }), makeTenant('globex', { old: 10, young: 20 })];
  const before = tenants.map(({ schema }) => countsOf(schema));

  const rehearsed = tool.json('prune', ...all, '--dry-run');
  assert.deepEqual(rehearsed.document.deleted, { sessions: 2510, audit: 2510, devices: 2510, attempts: 2510, index: 2510 });
  assert.equal(rehearsed.document.dryRun, true);
  assert.deepEqual(tenants.map(({ schema }) => countsOf(schema)), before);

  const { status, document } = tool.json('prune', ...all);
  assert.equal(status, 0);
  assert.deepEqual(document.deleted, rehearsed.document.deleted);
  assert.deepEqual(document.tenants[1], { tenant: 'globex', deleted: { sessions: 10, audit: 10, devices: 10, attempts: 10, index: 10 } });
  assert.deepEqual(countsOf('claviger_t_acme'), without(before[0], 2500));
  assert.deepEqual(countsOf('claviger_t_globex'), without(before[1], 10));

  assert.deepEqual(tool.json('prune', ...all).document.deleted, { sessions: 0, audit: 0, devices: 0, attempts: 0, index: 0 });
});

test('a kind that is not asked for stays, and another tenant too', () => {
  const [one, other] = [makeTenant('one', { old: 10, young: 1 }), makeTenant('other', { old: 10, young: 1 })];
  const [beforeOne, beforeOther] = [countsOf(one.schema), countsOf(other.schema)];
  must('prune', '--devices', '90d', '--tenant', 'one');
  assert.deepEqual(countsOf(one.schema), { ...beforeOne, known_devices: beforeOne.known_devices - 10, login_attempts: beforeOne.login_attempts - 10, key_index: beforeOne.key_index - 10 });
  assert.deepEqual(countsOf(other.schema), beforeOther);
});

test('a time that is too short or no time is refused, and nothing goes', () => {
  const { schema } = makeTenant('short', { old: 3, young: 3 });
  const before = countsOf(schema);
  const wrong = [['--sessions', '0d'], ['--audit', '29d'], ['--devices', '89d'], ['--sessions', '30'], ['--sessions', '30h'], ['--sessions', '-1d'], ['--sessions', '99999999999d'], []];
  for (const words of wrong) {
    const { status, stderr } = tool.run('prune', ...words);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, words.length > 0 ? new RegExp(`${words[0]} must be a number of days from \\d+d`) : /at least one of --sessions, --audit and --devices/);
  }
  assert.equal(tool.run('prune', '--sessions', '30d', '--tenant', 'nobody').status, 3);
  assert.deepEqual(countsOf(schema), before);
});

test('young rows are not read', () => {
  makeTenant('young', { old: 1, young: 20_000 });
  must('prune', ...all);
  sql('FLUSH TABLE_STATISTICS');
  must('prune', ...all, '--tenant', 'young');
  const read = Number(sql("SELECT COALESCE(SUM(rows_read), 0) FROM information_schema.table_statistics WHERE table_schema = 'claviger_t_young'"));
  assert.ok(read <= 20, `${read} rows were read`);
});

test('its account reads no secret and deletes nothing else', () => {
  const { schema } = makeTenant('closed', { old: 3, young: 3 });
  const before = countsOf(schema);
  const login = join(tool.database.folder, 'pruner.cnf');
  writeFileSync(login, `[client]\nuser=claviger_prune\npassword=${readFileSync(join(tool.database.folder, 'secrets/prune_password'), 'utf8').trim()}\n`, { mode: 0o600 });
  const asPruner = (statement) => spawnSync('mariadb', [`--defaults-file=${login}`, `--socket=${tool.database.socket}`, `--execute=SET ROLE clv_prune; ${statement}`], { encoding: 'utf8' });
  assert.equal(asPruner(`SELECT COUNT(*) FROM ${schema}.sessions WHERE expires_at < NOW()`).status, 0);
  for (const statement of [
    `SELECT token_hash FROM ${schema}.sessions`, `SELECT user_id FROM ${schema}.audit_events`, `SELECT * FROM ${schema}.api_keys`, `SELECT email FROM ${schema}.users`,
    `DELETE FROM ${schema}.api_keys`, `DELETE FROM ${schema}.users`, `DELETE FROM ${schema}.schema_migrations`, `UPDATE ${schema}.sessions SET ended_at = NULL`,
    `INSERT INTO ${schema}.login_attempts (budget_hash, failed_at) VALUES ('x', NOW())`, `DROP TABLE ${schema}.sessions`,
    'SELECT key_hash FROM claviger.key_index', 'UPDATE claviger.key_index SET key_epoch = 1', 'SELECT * FROM claviger.dead_keys', 'DELETE FROM claviger.dead_keys', 'UPDATE claviger.tenants SET status = \'active\'', 'DELETE FROM claviger.nodes',
  ]) {
    const { status, stderr } = asPruner(statement);
    assert.notEqual(status, 0, statement);
    assert.match(stderr, /ERROR 114[23]/, statement);
  }
  assert.deepEqual(countsOf(schema), before);
});

test("it needs no password but its own account's", () => {
  const { schema } = makeTenant('alone', { old: 5, young: 1 });
  const before = countsOf(schema);
  tool.configure({ 'database.tool_password_file': '/nonexistent', 'database.worker_password_file': '/nonexistent', 'pepper.file': '/nonexistent' });
  try {
    must('prune', ...all, '--tenant', 'alone');
  } finally {
    tool.configure({});
  }
  assert.deepEqual(countsOf(schema), without(before, 5));
});

test('a tenant without the right is named, the others are done, and migrate gives the right back', () => {
  const [bad, good] = [makeTenant('bad', { old: 5, young: 1 }), makeTenant('good', { old: 5, young: 1 })];
  const [beforeBad, beforeGood] = [countsOf(bad.schema), countsOf(good.schema)];
  sql(`REVOKE ALL PRIVILEGES ON ${bad.schema}.sessions FROM clv_prune`);

  const { status, document, stderr } = tool.json('prune', ...all);
  assert.equal(status, 5, stderr);
  assert.match(document.tenants.find(({ tenant }) => tenant === 'bad').failure, /1142/);
  assert.deepEqual(countsOf(bad.schema), beforeBad);
  assert.deepEqual(countsOf(good.schema), without(beforeGood, 5));
  assert.equal(tool.json('doctor').document.findings.find(({ check }) => check === 'prune_rights').severity, 'serious');

  must('migrate');
  assert.equal(tool.json('doctor').document.findings.find(({ check }) => check === 'prune_rights').severity, 'ok');
  must('prune', ...all);
  assert.deepEqual(countsOf(bad.schema), without(beforeBad, 5));
});

// How many rights on the tables of a schema the server has for a role or an account.
const rightsOn = (schema, holder) => Number(sql(`SELECT COUNT(*) FROM mysql.tables_priv WHERE Db = '${schema}' AND User = '${holder}'`));
const grantsSoFar = () => Number(sql("SHOW GLOBAL STATUS LIKE 'Com\\_grant'").split('\t')[1]);

test('with nothing to do migrate grants nothing on a tenant', () => {
  makeTenant('whole', { old: 1, young: 1 });
  const cost = () => {
    const before = grantsSoFar();
    must('migrate');
    return grantsSoFar() - before;
  };
  const few = cost();
  makeTenant('another', { old: 1, young: 1 });
  assert.equal(cost(), few);
});

test('rights that the previous release has granted to the account are brought over, and end with the tenant', () => {
  const { schema } = makeTenant('earlier', { old: 5, young: 1 });
  const before = countsOf(schema);
  for (const [table, column] of [['sessions', 'expires_at'], ['audit_events', 'id'], ['known_devices', 'last_seen_at'], ['login_attempts', 'failed_at']]) {
    sql(`REVOKE SELECT (${column}), DELETE ON ${schema}.${table} FROM clv_prune; GRANT SELECT (${column}), DELETE ON ${schema}.${table} TO claviger_prune@localhost`);
  }
  assert.deepEqual([rightsOn(schema, 'clv_prune'), rightsOn(schema, 'claviger_prune')], [0, 4]);
  must('migrate');
  assert.equal(rightsOn(schema, 'clv_prune'), 4);
  assert.equal(tool.json('doctor').document.findings.find(({ check }) => check === 'prune_rights').severity, 'ok');
  must('prune', ...all);
  assert.deepEqual(countsOf(schema), without(before, 5));

  must('tenant', 'drop', 'earlier', '--confirm', 'earlier', '--export', join(tool.database.folder, 'earlier.export'));
  assert.deepEqual([rightsOn(schema, 'clv_prune'), rightsOn(schema, 'claviger_prune')], [0, 0]);
});

test('killed at any moment, it goes on where it was', async () => {
  const { schema } = makeTenant('killed', { old: 12_000, young: 5 });
  const before = countsOf(schema);
  await tool.kill(150, 'prune', ...all, '--tenant', 'killed');
  const between = countsOf(schema);
  for (const table of pruned) assert.ok((before[table] - between[table]) % 1000 === 0, 'half a batch is gone');
  must('prune', ...all, '--tenant', 'killed');
  assert.deepEqual(countsOf(schema), without(before, 12_000));
});

test('before the first migrate it says what to run', async () => {
  const other = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0');
  try {
    const { status, document, stderr } = other.json('prune', ...all);
    assert.deepEqual([status, document.error.code], [1, 'pruning_not_granted']);
    assert.match(stderr, /Run `claviger migrate`/);
    assert.doesNotMatch(stderr, /SELECT|denied/);
    assert.match(other.json('doctor').document.findings.find(({ check }) => check === 'prune_rights').fix, /claviger migrate/);
    assert.equal(other.run('migrate').status, 0);
    assert.equal(other.run('prune', ...all).status, 0);
  } finally {
    await other.stop();
  }
});

test('without the setting it says what to set', () => {
  tool.configure({ 'database.prune_user': '' });
  try {
    const { status, stderr } = tool.run('prune', ...all);
    assert.equal(status, 1);
    assert.match(stderr, /database\.prune_user is not set/);
    must('migrate');
  } finally {
    tool.configure({});
  }
});

test('its rights go with the tenant', () => {
  const { slug, schema } = makeTenant('gone', { old: 1, young: 1 });
  assert.equal(rightsOn(schema, 'clv_prune'), ofTenant.length);
  const file = join(tool.database.folder, 'gone.json');
  must('tenant', 'drop', slug, '--confirm', slug, '--export', file);
  rmSync(file);
  assert.equal(rightsOn(schema, 'clv_prune'), 0);
});
