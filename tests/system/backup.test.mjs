// A backup of the whole service is restored on an empty server. No key that is known to be revoked becomes active
// again.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const password = 'correct horse battery staple';
const slugs = ['acme', 'globex'];
const host = (slug) => ({ slug, host: `${slug}.localhost` });

let old, fresh, service, keys, folder, late;

const makeKey = (slug, name) => old.json('key', 'create', '--tenant', slug, '--email', email, '--name', name).document.key;
const revoke = (slug, { id }) => assert.equal(old.run('key', 'revoke', '--tenant', slug, '--id', id).status, 0);
const tenantsOf = (tool) => tool.run('tenant', 'list', '--quiet').stdout;

before(async () => {
  [old, fresh] = [await startTool(), await startTool()];
  for (const tool of [old, fresh]) assert.equal(tool.run('migrate').status, 0);
  keys = {};
  for (const slug of slugs) {
    assert.equal(old.run('tenant', 'create', slug, '--host', host(slug).host, '--name', 'Ünï').status, 0);
    assert.equal(old.run({ input: `${password}\n` }, 'user', 'create', '--tenant', slug, '--email', email, '--password-stdin').status, 0);
    keys[slug] = ['stays', 'died before', 'died after', 'died unknown'].map((name) => makeKey(slug, name));
    revoke(slug, keys[slug][1]);
  }
  folder = join(old.database.folder, 'backup');
  late = join(old.database.folder, 'late.json');
  const backup = old.json('backup', folder);
  assert.deepEqual([backup.status, backup.document.tenants], [0, slugs]);
  for (const slug of slugs) revoke(slug, keys[slug][2]);
  assert.equal(old.run('dead-keys', late).status, 0);
  for (const slug of slugs) revoke(slug, keys[slug][3]);
});
after(async () => {
  await service?.stop();
  await old?.stop();
  await fresh?.stop();
});

test('a backup is its owner’s alone, holds neither pepper nor key, and replaces nothing', () => {
  const files = readdirSync(folder).sort();
  assert.deepEqual(files, ['acme.claviger-export.json', 'backup.json', 'dead-keys.json', 'globex.claviger-export.json']);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const settings = readFileSync(old.config, 'utf8');
  const pepper = readFileSync(/^pepper\.file = (.*)$/m.exec(settings)[1], 'utf8').trim().split(':')[1];
  for (const file of files) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
    const text = readFileSync(join(folder, file), 'utf8');
    for (const secret of [pepper, ...Object.values(keys).flat().map(({ fullKey }) => fullKey)]) assert.ok(!text.includes(secret));
  }
  assert.equal(old.run('backup', folder).status, 4);
  assert.equal(old.run('dead-keys', late).status, 4);
});

test('a restore under another pepper is refused, and nothing is changed', () => {
  const other = join(fresh.database.folder, 'other-pepper');
  writeFileSync(other, `1:${'5a'.repeat(32)}\n`, { mode: 0o600 });
  fresh.configure({ 'pepper.file': other });
  const { status, document } = fresh.json('restore', folder);
  assert.deepEqual([status, document.error.code], [1, 'pepper_differs']);
  assert.equal(tenantsOf(fresh), '');
  assert.equal(fresh.database.sql('SELECT COUNT(*) FROM claviger.dead_keys'), '0');
  fresh.configure({});
});

test('a backup that is not whole is refused, and nothing is changed', () => {
  const torn = join(old.database.folder, 'torn');
  mkdirSync(torn);
  for (const file of readdirSync(folder)) copyFileSync(join(folder, file), join(torn, file));
  writeFileSync(join(torn, 'dead-keys.json'), readFileSync(join(torn, 'dead-keys.json'), 'utf8').split('\n').slice(0, -2).join('\n'));
  assert.equal(fresh.json('restore', torn).document.error.code, 'bad_export');
  rmSync(join(torn, 'backup.json'));
  assert.equal(fresh.json('restore', torn).document.error.code, 'bad_export');
  assert.equal(tenantsOf(fresh), '');
});

test('the service comes back on an empty server, and every key that is known to have died stays dead', async () => {
  const dry = fresh.json('restore', folder, '--dead-keys', late, '--dry-run');
  assert.deepEqual([dry.status, tenantsOf(fresh), fresh.database.sql('SELECT COUNT(*) FROM claviger.dead_keys')], [0, '', '0']);
  assert.deepEqual(fresh.json('restore', folder, '--dry-run').document.tenants.map(({ deadKeys }) => deadKeys), [[], []]);

  const { status, document, stderr } = fresh.json('restore', folder, '--dead-keys', late);
  assert.equal(status, 0, stderr);
  assert.deepEqual(document.tenants, slugs.map((tenant) => ({ tenant, deadKeys: [keys[tenant][2].id] })));
  assert.deepEqual(dry.document, { ...document, dryRun: true });
  service = await startService(fresh.database.settings);
  for (const slug of slugs) {
    const answers = await Promise.all(keys[slug].map(({ fullKey }) => service.verify(host(slug), fullKey)));
    // The last key was revoked after the newest list was written. The restore cannot know of it, and says so.
    assert.deepEqual(answers.map(({ status }) => status), [204, 401, 401, 204]);
    await service.signedIn(host(slug), { email, password });
  }
});

test('where every tenant of the backup is there already, nothing is missing, nothing changes, and nothing is said to come back', async () => {
  const before = fresh.database.sql('SELECT id, status, created_at FROM claviger.tenants');
  for (const more of [[], ['--dry-run']]) {
    const { status, stdout, stderr } = fresh.run('restore', folder, '--dead-keys', late, ...more);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^Nothing is missing\. Already there, and left as they are: acme, globex$/m);
    assert.doesNotMatch(stdout, /lives again|undone|Restored/);
    const { document } = fresh.json('restore', folder, ...more);
    assert.deepEqual([document.tenants, document.alreadyThere, document.refused], [[], slugs, []]);
  }
  assert.equal(fresh.database.sql('SELECT id, status, created_at FROM claviger.tenants'), before);
  assert.equal((await service.verify(host('acme'), keys.acme[0].fullKey)).status, 204);
});

test('on a server that still has its list of dead keys, a restore revives none of them', () => {
  for (const slug of slugs) {
    const file = join(old.database.folder, `${slug}.dropped`);
    assert.equal(old.run('tenant', 'drop', slug, '--confirm', slug, '--export', file).status, 0);
    assert.ok(existsSync(file));
  }
  const risen = slugs.map((slug) => [keys[slug][2].id, keys[slug][3].id]);
  assert.deepEqual(old.json('restore', folder, '--dry-run').document.tenants.map(({ deadKeys }) => deadKeys), risen);
  assert.deepEqual(old.json('tenant', 'import', join(folder, 'acme.claviger-export.json'), '--dry-run').document.deadKeys, risen[0]);
  const { status, document } = old.json('restore', folder);
  assert.equal(status, 0);
  assert.deepEqual(document.tenants.map(({ deadKeys }) => deadKeys), risen);
});

test('a tenant that is there already stays as it is, and the missing one comes back', () => {
  assert.equal(old.run('tenant', 'drop', 'acme', '--confirm', 'acme', '--export', join(old.database.folder, 'again')).status, 0);
  const { status, document } = old.json('restore', folder, '--suspended');
  assert.deepEqual([status, document.tenants.map(({ tenant }) => tenant), document.alreadyThere, document.refused], [0, ['acme'], ['globex'], []]);
  assert.ok(Date.parse(document.writtenAt) <= Date.now());
  // The tenant stays suspended until an operator has looked at its users.
  assert.deepEqual(old.json('tenant', 'list').document.tenants.map(({ status }) => status), ['suspended', 'active']);
});
