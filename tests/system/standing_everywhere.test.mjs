// Every way to lose access, and every way to get it back, acts at the next request on every host. One host caches all
// keys, one has room for four, one caches none. The tool is not a host. It waits for the hosts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';

import { hiddenField } from '../support/http.mjs';
import { startService } from '../support/service.mjs';

const asks = 8; // requests to each host, so that each of its workers gets one
let hosts = [];

before(async () => {
  for (const cacheKeys of [100_000, 4, 0]) hosts.push(await startService({ 'verify.cache_keys': cacheKeys }));
});
after(async () => {
  for (const host of hosts) await host.stop();
});

async function makeScene() {
  const tenant = hosts[0].tenant();
  const user = hosts[0].user(tenant);
  const people = await Promise.all(hosts.map((host) => host.signedIn(tenant, user)));
  const keys = [];
  for (let i = 0; i < 6; ++i) keys.push(await people[0].createKey(`Key ${i}`)); // more than the second host has room for
  return { tenant, user, people, keys };
}

const onEach = (ask) => Promise.all(hosts.flatMap((host, i) => Array.from({ length: asks }, () => ask(host, i))));
const verifies = ({ tenant }, key) => onEach((host) => host.verify(tenant, key.fullKey));
const lists = ({ people }) => onEach((_, i) => people[i].get('/api/api-keys'));

async function assertAll(status, answers) {
  assert.deepEqual([...new Set((await answers).map((answer) => answer.status))], [status]);
}

// Fills the caches of all hosts with the keys and sessions of the scene.
async function warm(scene) {
  for (const key of scene.keys) await assertAll(204, verifies(scene, key));
  await assertAll(200, lists(scene));
}

function tool(...args) {
  hosts[0].mustTool(args, { input: 'quite another password\n' });
}

const ofUser = ({ tenant, user }) => ['--tenant', tenant.slug, '--email', user.email];
const ofKey = ({ tenant }, { id }) => ['--tenant', tenant.slug, '--id', id];

test('a key that its owner regenerates on any host', async () => {
  const scene = await makeScene();
  for (const person of scene.people) {
    await warm(scene);
    const [old] = scene.keys;
    const answer = await person.postJson(`/api/api-keys/${old.id}`);
    assert.equal(answer.status, 200);
    await assertAll(401, verifies(scene, old));
    scene.keys = [...scene.keys.slice(1), answer.json()];
    await assertAll(204, verifies(scene, scene.keys.at(-1)));
  }
});

for (const verb of ['revoke', 'regenerate']) {
  test(`a key that an operator ends by \`key ${verb}\``, async () => {
    const scene = await makeScene();
    await warm(scene);
    await tool('key', verb, ...ofKey(scene, scene.keys[0]));
    await assertAll(401, verifies(scene, scene.keys[0]));
    await assertAll(204, verifies(scene, scene.keys[1]));
  });
}

test('a user who is suspended, and approved again', async () => {
  const scene = await makeScene();
  await warm(scene);
  await tool('user', 'suspend', ...ofUser(scene));
  for (const key of scene.keys) await assertAll(401, verifies(scene, key));
  await assertAll(401, lists(scene));
  await tool('user', 'approve', ...ofUser(scene));
  for (const key of scene.keys) await assertAll(204, verifies(scene, key));
  await assertAll(401, lists(scene)); // the sessions were ended for good
});

for (const verb of ['sign-out', 'set-password --password-stdin']) {
  test(`sessions that \`user ${verb}\` ends`, async () => {
    const scene = await makeScene();
    await warm(scene);
    const [name, ...more] = verb.split(' ');
    await tool('user', name, ...ofUser(scene), ...more);
    await assertAll(401, lists(scene));
    await assertAll(204, verifies(scene, scene.keys[0]));
  });
}

test('a session that signs itself out on one host', async () => {
  const scene = await makeScene();
  await warm(scene);
  const [first, second] = scene.people;
  second.cookies = new Map(first.cookies); // the same session, on another host
  await assertAll(200, Promise.all(Array.from({ length: asks }, () => second.get('/api/api-keys'))));
  const csrf = hiddenField((await first.get('/settings/api-keys')).body, 'csrf');
  assert.equal((await first.postForm('/logout', { csrf })).status, 303);
  await assertAll(401, Promise.all(Array.from({ length: asks }, () => second.get('/api/api-keys'))));
});

test('a tenant that is suspended, resumed and dropped', async () => {
  const scene = await makeScene();
  const { slug } = scene.tenant;
  await warm(scene);
  await tool('tenant', 'suspend', slug);
  await assertAll(403, verifies(scene, scene.keys[0]));
  await assertAll(403, lists(scene));
  await tool('tenant', 'resume', slug);
  await warm(scene);
  await tool('tenant', 'drop', slug, '--confirm', slug, '--export', join(hosts[0].folder, `${slug}.export`));
  await assertAll(404, verifies(scene, scene.keys[0]));
  await assertAll(404, lists(scene));
});
