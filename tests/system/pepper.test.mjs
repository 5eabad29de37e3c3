// The pepper is replaced while the service works. No request is lost, keys move as they are used, and dead keys stay
// dead.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { childrenOf, until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const password = 'correct horse battery staple';

let tool, service, peppers;
let count = 0;

before(async () => {
  tool = await startTool();
  peppers = [1, 2].map((version) => join(tool.database.folder, version === 1 ? 'secrets/pepper' : 'secrets/pepper.2'));
  tool.configure({ 'pepper.file': peppers[0] });
  assert.equal(tool.run('migrate').status, 0);
  service = await startService({ ...tool.database.settings, 'pepper.file': peppers[0] });
});
after(async () => {
  await service?.stop();
  await tool?.stop();
});

const sql = (text) => tool.database.sql(text);
const versions = (slug) => sql(`SELECT GROUP_CONCAT(pepper_version ORDER BY name) FROM claviger_t_${slug}.api_keys`);

async function use(file, other) {
  const settings = { 'pepper.file': file, ...(other && { 'pepper.other_file': other }) };
  tool.configure(settings);
  const kept = readFileSync(service.config, 'utf8').split('\n').filter((line) => !line.startsWith('pepper.'));
  writeFileSync(service.config, [...kept, ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`), ''].join('\n'));
  const old = childrenOf(service.workers.pid);
  service.workers.kill('SIGHUP');
  await until('the old workers to be gone', () => !childrenOf(service.workers.pid).some((pid) => old.includes(pid)));
}

function fresh() {
  count += 1;
  const slug = `p${count}`;
  const tenant = { slug, host: `${slug}.localhost` };
  assert.equal(tool.run('tenant', 'create', slug, '--host', tenant.host, '--name', 'Acme').status, 0);
  assert.equal(tool.run({ input: `${password}\n` }, 'user', 'create', '--tenant', slug, '--email', email, '--password-stdin').status, 0);
  return tenant;
}

const makeKey = ({ slug }, name) => tool.json('key', 'create', '--tenant', slug, '--email', email, '--name', name).document.key;
const status = () => tool.json('pepper', 'status').document;
const finding = () => tool.json('doctor').document.findings.find(({ check }) => check === 'pepper_of_keys');

test('a pepper is replaced under load without a failed request, and the old one goes when nothing needs it', async () => {
  const tenant = fresh();
  const [used, unused, dead] = ['a used', 'b unused', 'c dead'].map((name) => makeKey(tenant, name));
  assert.equal(tool.run('key', 'revoke', '--tenant', tenant.slug, '--id', dead.id).status, 0);
  const visitor = await service.signedIn(tenant, { email, password });
  const form = await visitor.get('/settings/api-keys/new');
  assert.equal(form.status, 200);
  assert.equal(tool.run('tenant', 'export', tenant.slug, '--output', join(tool.database.folder, 'early.json')).status, 0);
  assert.deepEqual([status().current, status().other, status().keys], [1, undefined, { 1: 2 }]);

  const made = tool.json('pepper', 'rotate', peppers[1]);
  assert.deepEqual([made.status, made.document.version], [0, 2]);
  assert.equal(statSync(peppers[1]).mode & 0o777, 0o600);
  const again = tool.run('pepper', 'rotate', peppers[1]);
  assert.deepEqual([again.status, readFileSync(peppers[1], 'utf8').startsWith('2:')], [4, true]);

  const seen = { 204: 0 };
  const others = [];
  let running = true;
  const loops = [1, 2, 3, 4].map(async (which) => {
    while (running) {
      const alive = which !== 4;
      const answer = await service.verify(tenant, alive ? used.fullKey : dead.fullKey).catch((error) => ({ status: error.message }));
      if (answer.status === (alive ? 204 : 401)) seen[answer.status] = (seen[answer.status] ?? 0) + 1;
      else others.push(answer.status);
    }
  });
  await until('requests', () => seen[204] > 50);
  await use(peppers[0], peppers[1]); // first every host has both
  assert.match(tool.run('pepper', 'status').stdout, /Pepper 2 waits/);
  assert.equal(tool.run('pepper', 'rotate', `${peppers[1]}x`).status, 4);
  assert.deepEqual(status().keys, { 1: 2 });
  await use(peppers[1], peppers[0]); // then they switch to the new one
  await until('the used key to move', () => versions(tenant.slug) === '2,1,1');
  assert.deepEqual(status().tenants, [{ tenant: tenant.slug, keys: { 1: 1, 2: 1 }, passwords: { 0: 1 } }]);
  assert.match(tool.run('pepper', 'status').stdout, /Keys move to pepper 2/);
  assert.equal(finding().severity, 'ok');

  assert.equal((await visitor.get('/settings/api-keys')).status, 200); // open sessions stay open
  assert.equal((await service.verify(tenant, unused.fullKey)).status, 204);
  await until('the other key to move', () => versions(tenant.slug) === '2,2,1');
  assert.equal(status().otherIsUnused, true);
  assert.equal(finding().severity, 'warning');
  await use(peppers[1]);
  running = false;
  await Promise.all(loops);
  assert.deepEqual(others, []);
  assert.ok(seen[401] > 20);
  assert.equal((await service.verify(tenant, unused.fullKey)).status, 204);
  assert.equal((await service.verify(tenant, dead.fullKey)).status, 401);
  assert.deepEqual([status().keys, finding().severity], [{ 2: 2 }, 'ok']);

  // The early export holds the used key under the hash of the old pepper. The key is now revoked under the hash of the
  // new one.
  assert.equal(tool.run('key', 'revoke', '--tenant', tenant.slug, '--id', used.id).status, 0);
  const dropped = tool.run('tenant', 'drop', tenant.slug, '--confirm', tenant.slug, '--export', join(tool.database.folder, 'late.json'));
  assert.equal(dropped.status, 0, dropped.stderr);
  const importEarly = () => tool.json('tenant', 'import', join(tool.database.folder, 'early.json'));
  assert.equal(importEarly().document.error.code, 'pepper_differs'); // its keys need the old pepper
  await use(peppers[1], peppers[0]);
  const back = importEarly();
  assert.equal(back.status, 0, back.stderr);
  assert.deepEqual(back.document.deadKeys, [used.id]);
  assert.deepEqual((await Promise.all([used, unused, dead].map((key) => service.verify(tenant, key.fullKey)))).map(({ status }) => status), [401, 204, 401]);
});

test('a key whose pepper is not configured is refused, and the doctor calls it serious', async () => {
  const tenant = fresh();
  await use(peppers[1]);
  const key = makeKey(tenant, 'late');
  await use(peppers[0]);
  assert.equal((await service.verify(tenant, key.fullKey)).status, 401);
  assert.equal(finding().severity, 'serious');
  assert.ok(status().lost >= 1);
  await use(peppers[0], peppers[1]);
  assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
  assert.equal(versions(tenant.slug), '2', 'nothing moves back');
});

test('two peppers of one version are refused, and the workers in service stay', async () => {
  const tenant = fresh();
  const key = makeKey(tenant, 'a');
  tool.configure({ 'pepper.file': peppers[0], 'pepper.other_file': peppers[0] });
  const { status: code, stderr } = tool.run('pepper', 'status');
  assert.deepEqual([code, /same version/.test(stderr)], [1, true]);
  assert.equal(tool.run('user', 'sign-out', '--tenant', tenant.slug, '--email', email).status, 0, 'containment needs no pepper');
  assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
});
