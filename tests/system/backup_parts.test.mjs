// A verb over all tenants names the tenant that fails and completes the others. A stopped verb finishes when it is run
// again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { program, startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const slugs = ['acme', 'globex', 'initech', 'umbrella'];
const lost = { globex: /is gone or empty/, initech: /table api_keys of its schema claviger_t_initech is gone/ };
const whole = ['acme', 'umbrella'];

let old, fresh, folder, full;

before(async () => {
  const fast = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
  [old, fresh] = await Promise.all([startTool(...fast), startTool(...fast)]);
  for (const tool of [old, fresh]) assert.equal(tool.run('migrate').status, 0);
  for (const slug of slugs) {
    assert.equal(old.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug).status, 0);
    assert.equal(old.run({ input: 'correct horse battery staple\n' }, 'user', 'create', '--tenant', slug, '--email', email, '--password-stdin').status, 0);
    assert.equal(old.run('key', 'create', '--tenant', slug, '--email', email, '--name', 'Scripts').status, 0);
  }
  [full, folder] = ['full', 'partly'].map((name) => join(old.database.folder, name));
  assert.equal(old.run('backup', full).status, 0);
  assert.notEqual(old.database.sql('DROP SCHEMA claviger_t_globex; RENAME TABLE claviger_t_initech.api_keys TO claviger_t_initech.elsewhere'), undefined);
});
after(async () => {
  await old?.stop();
  await fresh?.stop();
});

const tenantsOf = (tool) => tool.run('tenant', 'list', '--quiet').stdout.trim().split('\n').filter(Boolean);
const keysOf = (tool, slug) => tool.run('key', 'list', '--tenant', slug, '--quiet').stdout.trim().split('\n').filter(Boolean).length;

function assertNamed(entries, why = lost) {
  assert.deepEqual(entries.map(({ tenant }) => tenant), Object.keys(why));
  for (const { tenant, message } of entries) assert.match(message, why[tenant]);
}

test('a backup without some tenants is one of the others, and says who is missing and why; so does its restore', () => {
  const backup = old.json('backup', folder);
  assert.equal(backup.status, 5);
  assert.deepEqual(backup.document.tenants, whole);
  assertNamed(backup.document.missing);
  assert.match(backup.stderr, /globex is not in the backup: /);
  assertNamed(JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')).missing);

  const { status, document, stderr } = fresh.json('restore', folder, '--dry-run');
  assert.deepEqual([status, tenantsOf(fresh)], [5, []]);
  assert.deepEqual(document.tenants.map(({ tenant }) => tenant), whole);
  assertNamed(document.missing);
  assert.match(stderr, /initech is not in the backup: /);
});

test('`pepper status` counts the others, and `doctor` names the first that cannot be read', () => {
  const { status, document, stderr } = old.json('pepper', 'status');
  assert.equal(status, 5);
  assert.deepEqual(document.tenants.map(({ tenant }) => tenant), whole);
  assert.deepEqual(document.keys, { 1: 2 });
  assert.deepEqual(document.failed.map(({ tenant }) => tenant), Object.keys(lost));
  assert.match(stderr, /the keys and passwords of globex could not be counted: /);
  const finding = old.json('doctor').document.findings.find(({ check }) => check === 'pepper_of_keys');
  assert.equal(finding.severity, 'serious');
  assert.match(finding.message, /cannot be read: globex \(.*\), and 1 more/);
});

test('one bad file stops no other, with several jobs; once it is right, a second run brings what is left', () => {
  const file = join(full, 'globex.claviger-export.json');
  copyFileSync(file, `${file}.right`);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"approved"', '"root"'));
  const first = fresh.json('restore', full, '--jobs', '3');
  assert.equal(first.status, 5, first.stderr);
  assert.deepEqual(first.document.refused.map(({ file }) => file), ['globex.claviger-export.json']);
  assert.match(first.document.refused[0].message, /^table users, row 1, column status: /);
  assert.deepEqual(tenantsOf(fresh), slugs.filter((slug) => slug !== 'globex'));
  copyFileSync(`${file}.right`, file);
  const second = fresh.json('restore', full, '--jobs', '3');
  assert.deepEqual([second.status, second.document.tenants.map(({ tenant }) => tenant)], [0, ['globex']]);
  assert.deepEqual(second.document.alreadyThere, slugs.filter((slug) => slug !== 'globex'));
  for (const slug of slugs) assert.equal(keysOf(fresh, slug), 1, slug);
});

test('a restore that is killed at any moment is finished by the next', async () => {
  for (const milliseconds of [150, 300, 450]) {
    for (const slug of tenantsOf(fresh))
      assert.equal(fresh.run('tenant', 'drop', slug, '--confirm', slug, '--export', join(fresh.database.folder, `${slug}-${milliseconds}`)).status, 0);
    await fresh.kill(milliseconds, 'restore', full, '--jobs', '4');
    const { status, stderr } = fresh.run('restore', full, '--jobs', '4');
    assert.equal(status, 0, stderr);
    assert.deepEqual(tenantsOf(fresh), slugs);
    for (const slug of slugs) assert.equal(keysOf(fresh, slug), 1, `${slug}: ${stderr}`);
    assert.equal(fresh.database.sql('SELECT COUNT(*) FROM claviger.tenant_transfers'), '0');
  }
});

// Runs the tool with these errors of system calls, which FAT, exFAT and CIFS return too. strace makes the kernel return
// them, and records the calls of the tool.
function withErrors(errors, ...args) {
  const log = join(fresh.database.folder, 'calls');
  const injected = errors.flatMap((error) => ['-e', `inject=${error}`]);
  const options = ['-f', '-qq', '-o', log, '-e', 'trace=link,linkat,renameat2,fsync', ...injected, program, '--config', fresh.config];
  const { status, stderr, error } = spawnSync('strace', [...options, ...args, '--json'], { encoding: 'utf8' });
  if (error) throw error;
  return { status, stderr, calls: readFileSync(log, 'utf8') };
}

const noLinks = 'link,linkat:error=EPERM';

test('on a file system without hard links a backup is whole, safe on the disk, and replaces nothing', () => {
  const into = join(fresh.database.folder, 'unlinked');
  const { status, stderr, calls } = withErrors([noLinks], 'backup', into);
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(into).sort(), readdirSync(full).filter((name) => !name.endsWith('.right')).sort());
  // Each file is flushed to the disk before it gets its name. Its folder is flushed after that.
  const lines = calls.split('\n').map((line) => line.replace(/^\d+ +/, ''));
  const names = lines.flatMap((line, i) => (line.startsWith('renameat2') ? [i] : []));
  assert.equal(names.length, readdirSync(into).length);
  for (const i of names) {
    assert.match(lines[i], /RENAME_NOREPLACE\) = 0$/);
    assert.match(lines[i - 2], /^fsync\(\d+\) += 0$/);
    assert.match(lines[i + 1], /^fsync\(\d+\) += 0$/);
  }
  // A tenant that is there without its schema or without a table is not whole: it is refused.
  const there = old.json('restore', into, '--dry-run');
  assert.deepEqual([there.status, there.document.alreadyThere], [5, whole]);
  assert.deepEqual(there.document.refused.map(({ file }) => file.split('.')[0]), Object.keys(lost));
  for (const { message } of there.document.refused) assert.match(message, /is there, but not whole; it has to be dropped/);
  const taken = join(fresh.database.folder, 'taken');
  writeFileSync(taken, 'mine');
  assert.equal(withErrors([noLinks], 'dead-keys', taken).status, 4);
  assert.equal(readFileSync(taken, 'utf8'), 'mine');
});

test('where a file can get no name without replacing another, none is written, and the error says so', () => {
  const into = join(fresh.database.folder, 'nameless');
  const { status, stderr } = withErrors([noLinks, 'renameat2:error=EINVAL'], 'dead-keys', into);
  assert.equal(status, 1);
  assert.match(stderr, /neither link a file nor rename one without replacing/);
  assert.ok(!existsSync(into));
  assert.deepEqual(readdirSync(fresh.database.folder).filter((name) => name.startsWith('nameless')), []);
});

test('lists of dead keys that follow each other lose no entry, and a restore names the gap between two that do not', async () => {
  const file = (name) => join(fresh.database.folder, name);
  const keysIn = (name) => readFileSync(file(name), 'utf8').split('\n').filter((line) => line.startsWith('[')).length;
  const headOf = (name) => JSON.parse(readFileSync(file(name), 'utf8').split('\n')[0]);
  const write = (name, ...since) => assert.equal(fresh.run('dead-keys', file(name), ...since).status, 0);
  const revoke = (slug) => {
    const [id] = fresh.run('key', 'list', '--tenant', slug, '--quiet').stdout.split('\n');
    assert.equal(fresh.run('key', 'revoke', '--tenant', slug, '--id', id).status, 0);
  };
  // This old entry is in the whole list only.
  fresh.database.sql("INSERT INTO claviger.dead_keys (tenant_id, key_hash, died_at, recorded_at) VALUES (REPEAT('t', 16), REPEAT('h', 32), '2026-01-01', '2026-01-01')");
  write('whole.json');
  const before = keysIn('whole.json');
  // The INSERT of this entry ran before the whole list was read. Its COMMIT came later.
  fresh.database.sql("INSERT INTO claviger.dead_keys (tenant_id, key_hash, died_at, recorded_at) VALUES (REPEAT('t', 16), REPEAT('l', 32), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)");
  revoke('acme');
  write('second.json', '--since', file('whole.json'));
  assert.equal(keysIn('second.json'), before + 1);
  assert.ok(headOf('second.json').since < headOf('whole.json').upTo);
  revoke('globex');
  write('third.json', '--since', file('second.json'));
  const later = new Date(Date.now() + 3 * 3600_000).toISOString();
  write('late.json', '--since', later);
  assert.equal(keysIn('late.json'), 0);
  const lists = (...names) => names.flatMap((name) => ['--dead-keys', file(name)]);
  const restored = (...names) => old.json('restore', full, '--dry-run', ...lists(...names)).document;
  assert.equal(old.run('tenant', 'drop', 'umbrella', '--confirm', 'umbrella', '--export', file('umbrella.json')).status, 0); // it is restored
  assert.deepEqual(restored('third.json', 'second.json').gaps, []); // in any order; the backup has a whole list
  assert.equal(restored('late.json').gaps.length, 1);
  assert.match(old.run('restore', full, '--dry-run', ...lists('late.json')).stderr, /no list has the keys that died in the time .* to /);
  for (const bad of ['yesterday', '2026-02-30T00:00:00Z', file('absent.json'), full, fresh.config, join(full, 'acme.claviger-export.json')]) {
    const { status, stderr } = fresh.run('dead-keys', file('none.json'), '--since', bad);
    assert.equal(status, 2, bad);
    assert.match(stderr, /^claviger: --since: .*\nGive a time like .*, or the file of an earlier list\.\n$/);
    assert.doesNotMatch(stderr, /import|truncated/);
  }
  writeFileSync(file('older.json'), readFileSync(file('whole.json'), 'utf8').replace(/,"upTo":"[^"]*"/, ''));
  assert.match(fresh.run('dead-keys', file('none.json'), '--since', file('older.json')).stderr, /does not say up to when it goes/);
  assert.ok(!existsSync(file('none.json')));
});
