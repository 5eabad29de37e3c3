// Each change of a list of keys is in every list, on every host, once it is acknowledged. One host caches the lists of
// all users, one has room for few, one caches none. The tool is not a host. It waits for the hosts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startService } from '../support/service.mjs';

const asks = 8; // requests to each host, so that each of its workers gets one
const rounds = 5;
let hosts = [];

before(async () => {
  for (const lists of [4096, 8, 0]) hosts.push(await startService({ 'keys.cache_lists': lists }));
});
after(async () => {
  for (const host of hosts) await host.stop();
});

async function makeScene() {
  const tenant = hosts[0].tenant();
  const user = hosts[0].user(tenant);
  return { tenant, user, people: await Promise.all(hosts.map((host) => host.signedIn(tenant, user))) };
}

const onEach = (ask) => Promise.all(hosts.flatMap((host, i) => Array.from({ length: asks }, () => ask(host, i))));

// The ids of the keys in each list that each host shows.
async function lists({ people }) {
  const answers = await onEach((_, i) => people[i].get('/api/api-keys'));
  return answers.map((answer) => answer.json().keys.map(({ id }) => id));
}

// Every worker of every host lists these keys. From here on they are cached.
async function assertListed(scene, keys) {
  for (const ids of await lists(scene)) assert.deepEqual(ids.sort(), keys.map(({ id }) => id).sort());
}

async function assertKnown({ tenant }, { id, fullKey }) {
  for (const answer of await onEach((host) => host.request({ path: '/v1/me', host: tenant.host, headers: { Authorization: `Bearer ${fullKey}` } }))) {
    assert.equal(answer.status, 200);
    assert.equal(answer.json().key.id, id);
  }
}

function byTool({ tenant }, verb, ...args) {
  const { status, stdout, stderr } = hosts[0].tool(['key', verb, '--tenant', tenant.slug, ...args, '--json']);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).key;
}

test('a key that its owner creates on any host', async () => {
  const scene = await makeScene();
  const keys = [];
  await assertListed(scene, keys);
  for (let i = 0; i < rounds; ++i) {
    keys.push(await scene.people[i % hosts.length].createKey(`Key ${i}`));
    await assertListed(scene, keys);
    await assertKnown(scene, keys.at(-1));
  }
});

test('a key that its owner regenerates on any host', async () => {
  const scene = await makeScene();
  let key = await scene.people[0].createKey('Zapier');
  for (let i = 0; i < rounds; ++i) {
    await assertListed(scene, [key]);
    const answer = await scene.people[i % hosts.length].postJson(`/api/api-keys/${key.id}`);
    assert.equal(answer.status, 200);
    key = answer.json();
    await assertListed(scene, [key]);
    await assertKnown(scene, key);
  }
});

test('keys that an operator creates, regenerates and revokes', async () => {
  const scene = await makeScene();
  await assertListed(scene, []);
  const made = byTool(scene, 'create', '--email', scene.user.email, '--name', 'Scripts');
  await assertListed(scene, [made]);
  const next = byTool(scene, 'regenerate', '--id', made.id);
  await assertListed(scene, [next]);
  byTool(scene, 'revoke', '--id', next.id);
  await assertListed(scene, []);
});
