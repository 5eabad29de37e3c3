// `backup` names each file that could not be restored when it writes it. `restore` names the one tenant that failed.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const slugs = ['acme', 'globex', 'initech'];
const ahead = '2061-02-03 04:05:06.000000';
const fileOf = (slug) => `${slug}.claviger-export.json`;

let old, fresh;

before(async () => {
  const fast = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
  [old, fresh] = await Promise.all([startTool(...fast), startTool(...fast)]);
  for (const tool of [old, fresh]) assert.equal(tool.run('migrate').status, 0);
  for (const slug of slugs) {
    assert.equal(old.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug).status, 0);
    assert.equal(old.run({ input: 'correct horse battery staple\n' }, 'user', 'create', '--tenant', slug, '--email', email, '--password-stdin').status, 0);
    assert.equal(old.run('key', 'create', '--tenant', slug, '--email', email, '--name', 'Scripts').status, 0);
  }
});
after(async () => {
  await old?.stop();
  await fresh?.stop();
});

const folder = (name) => join(old.database.folder, name);
const tenantsOf = (tool) => tool.run('tenant', 'list', '--quiet').stdout.trim().split('\n').filter(Boolean);
const deadOf = (tool) => tool.database.sql('SELECT COUNT(*) FROM claviger.dead_keys');
const done = (tool, text) => assert.notEqual(tool.database.sql(text), undefined, text);

function dropAll() {
  for (const slug of tenantsOf(fresh)) fresh.run('tenant', 'drop', slug, '--confirm', slug, '--export', folder(`drop-${slug}-${performance.now()}`));
  assert.deepEqual(tenantsOf(fresh), []);
}

test('rows of a clock that was ahead come back', () => {
  done(old, `INSERT INTO claviger_t_acme.login_attempts (budget_hash, failed_at) VALUES (REPEAT('b', 32), '${ahead}')`);
  done(old, `UPDATE claviger_t_acme.api_keys SET created_at = '${ahead}', id = CONCAT(UNHEX('029d00000000'), SUBSTRING(id, 7))`);
  const backup = old.json('backup', folder('ahead'));
  assert.deepEqual([backup.status, backup.document.refused], [0, []], backup.stderr);
  const restore = fresh.json('restore', folder('ahead'));
  assert.equal(restore.status, 0, restore.stderr);
  assert.equal(fresh.database.sql('SELECT failed_at FROM claviger_t_acme.login_attempts'), ahead);
  assert.equal(fresh.database.sql('SELECT created_at FROM claviger_t_acme.api_keys'), ahead);
});

test('a row that no import takes is named by `backup`, `tenant export` and `tenant drop`, and is in their files', () => {
  dropAll();
  const row = /table users, row 1, column email: this is not an e-mail address/;
  done(old, "UPDATE claviger_t_globex.users SET email = 'Ann'");
  const backup = old.json('backup', folder('refused'));
  assert.equal(backup.status, 5);
  assert.deepEqual([backup.document.tenants, backup.document.missing], [slugs, []]);
  assert.deepEqual(backup.document.refused.map(({ file }) => file), [fileOf('globex')]);
  assert.match(backup.document.refused[0].message, row);
  assert.match(backup.stderr, /globex.*`restore` would refuse it: .*column email/);
  assert.match(readFileSync(join(folder('refused'), fileOf('globex')), 'utf8'), /"Ann"/);

  const restore = fresh.json('restore', folder('refused'));
  assert.deepEqual([restore.status, tenantsOf(fresh)], [5, ['acme', 'initech']]);
  assert.match(restore.document.refused[0].message, row);

  for (const verb of [['export', 'globex', '--output'], ['drop', 'globex', '--confirm', 'globex', '--export']]) {
    const file = folder(`${verb[0]}-globex`);
    const { status, document, stderr } = old.json('tenant', ...verb, file);
    assert.equal(status, 5, stderr);
    assert.match(document.refused, row);
    assert.match(stderr, /`tenant import` would refuse it/);
    assert.ok(existsSync(file));
  }
  assert.deepEqual(tenantsOf(old), ['acme', 'initech']);
  const fixed = readFileSync(folder('drop-globex'), 'utf8').replace('"Ann"', `"${email}"`);
  writeFileSync(folder('fixed'), fixed);
  assert.equal(old.run('tenant', 'import', folder('fixed')).status, 0);
});

test('a list of dead keys with a value that is none is refused by row and column, and no key of it is remembered', () => {
  dropAll();
  const list = folder('list');
  const rows = [1, 2].map((i) => `(REPEAT('t', 16), REPEAT('${i}', 32), '2026-01-0${i}', NULL)`);
  done(old, `INSERT INTO claviger.dead_keys (tenant_id, key_hash, died_at, key_id) VALUES ${rows}`);
  const written = old.json('dead-keys', list);
  assert.deepEqual([written.status, written.document.refused], [0, null]);
  const known = deadOf(fresh);
  for (const [bad, name] of [['2026-13-02 00:00:00.000000', 'month'], ['0000-00-00 00:00:00.000000', 'zero'], ['3026-01-02 00:00:00.000000', 'late']]) {
    const edited = folder(`list-${name}`);
    writeFileSync(edited, readFileSync(list, 'utf8').replace('2026-01-02 00:00:00.000000', bad));
    const { status, document } = fresh.json('restore', folder('ahead'), '--dead-keys', edited);
    assert.notEqual(status, 0);
    assert.match(document.error.message, /table dead_keys, row 2, column died_at: this is not a moment/);
    assert.deepEqual([deadOf(fresh), tenantsOf(fresh)], [known, []], bad);
  }

  done(old, "SET sql_mode = ''; UPDATE claviger.dead_keys SET died_at = '0000-00-00' WHERE key_hash = REPEAT('2', 32)");
  const { status, document, stderr } = old.json('dead-keys', folder('list-of-zero'));
  assert.equal(status, 5);
  assert.match(document.refused, /table dead_keys, row 2, column died_at/);
  assert.match(stderr, /`restore` would refuse it/);
  const backup = old.json('backup', folder('zero'));
  assert.deepEqual([backup.status, backup.document.refused.map(({ file }) => file)], [5, ['dead-keys.json']]);
});

test('a path that is not there, or is of another kind, is named with the way on, and nothing is made', () => {
  dropAll();
  const refused = (status, pattern, ...args) => {
    const told = fresh.run(...args);
    assert.equal(told.status, status, told.stderr);
    assert.match(told.stderr, pattern);
    assert.doesNotMatch(told.stderr, /truncated|no whole backup/);
  };
  const nowhere = folder('nowhere');
  refused(2, /^claviger: FOLDER: there is no folder .*nowhere$/m, 'restore', nowhere);
  refused(2, /^claviger: FOLDER: .* is a file\n.*`claviger tenant import`/m, 'restore', fresh.config);
  refused(2, /^claviger: FILE: .* is a folder\n.*`claviger restore`/m, 'tenant', 'import', folder('ahead'));
  refused(1, /cannot be made: No such file.*\nMake the folder above it first: mkdir -p .*nowhere$/m, 'backup', join(nowhere, 'backup'));
  assert.match(fresh.run('restore', old.database.folder).stderr, /holds no whole backup: there is no backup\.json/);
  assert.ok(!existsSync(nowhere));
  assert.deepEqual(tenantsOf(fresh), []);
});

test('a restore that brings no tenant back says what it has recorded, and nothing was changed where that is nothing', () => {
  dropAll();
  done(fresh, 'DELETE FROM claviger.dead_keys');
  for (const slug of slugs) assert.equal(fresh.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Another').status, 0);
  const empty = folder('ahead');
  const none = fresh.json('restore', empty);
  assert.deepEqual([none.status, none.document.refused.length, none.document.knownDeadKeys, deadOf(fresh)], [4, 3, 0, '0']);
  const rows = [1, 2].map((i) => `["${'aa'.repeat(16)}","${`b${i}`.repeat(32)}","2026-01-0${i} 00:00:00.000000",null]`);
  const list = folder('two-dead');
  const lines = readFileSync(join(empty, 'dead-keys.json'), 'utf8').split('\n');
  writeFileSync(list, [...lines.slice(0, 2), ...rows, '{"end":true,"rows":2}', ''].join('\n'));
  const { status, stdout, stderr } = fresh.run('restore', empty, '--dead-keys', list);
  assert.deepEqual([status, deadOf(fresh)], [5, '2'], stderr);
  assert.match(stdout, /^Keys of the lists that are now recorded as dead: 2\.$/m);
  assert.doesNotMatch(stdout, /lives again|undone/);
  assert.deepEqual(fresh.json('tenant', 'list').document.tenants.map(({ name }) => name), ['Another', 'Another', 'Another']);
});

// A server ends one of two transactions in a deadlock with this error. Here a trigger always ends the same one.
test('a tenant whose transaction loses every time is named, and the others come back', () => {
  dropAll();
  done(fresh, "DELIMITER //\nCREATE TRIGGER claviger.loses BEFORE INSERT ON claviger.tenants FOR EACH ROW IF NEW.slug = 'globex' THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'; END IF//");
  const first = fresh.json('restore', folder('ahead'), '--jobs', '1');
  assert.equal(first.status, 5, first.stderr);
  assert.deepEqual(tenantsOf(fresh), ['acme', 'initech']);
  assert.deepEqual(first.document.refused.map(({ file }) => file), [fileOf('globex')]);
  assert.match(first.document.refused[0].message, /three attempts/);
  done(fresh, 'DROP TRIGGER claviger.loses');
  fresh.run('restore', folder('ahead'));
  assert.deepEqual(tenantsOf(fresh), slugs);
});
