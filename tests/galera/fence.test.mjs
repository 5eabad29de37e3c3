// Two hosts use two different nodes of the cluster. A revoked key is dead on both, although a node applies the commits
// of the others with a delay.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startCluster } from '../support/cluster.mjs';
import { until } from '../support/processes.mjs';
import { assertNoViolation, makeScene, runScenario } from '../support/scenario.mjs';

let cluster;
let hosts = [];
let scene;

before(async () => {
  cluster = await startCluster();
  const [first, second, third] = cluster.nodes;
  hosts.push(await cluster.service([first, second, third]));
  hosts.push(await cluster.service([second])); // if that one lags, the host has no other
  scene = await makeScene(hosts);
  await until('both segments to be registered', () => first.freshly('SELECT COUNT(*) FROM claviger.nodes') === '2');
});

after(async () => {
  for (const host of hosts) await host.stop();
  await cluster?.stop();
});

test('each host is at a node of its own', () => {
  const [first, second, third] = cluster.connections();
  assert.ok(first > 0 && second > 0 && third === 0, `${[first, second, third]}`);
});

test('a regenerated key is dead at once on both hosts', async (t) => {
  const result = await runScenario(scene, 60, { clients: 4 });
  t.diagnostic(JSON.stringify(result.counts));
  assertNoViolation(result, 55);
});

// The node of the second host is held back. It applies no change of the others until it is released.
test('a host whose node lags behind says that it cannot know, and never yes', async () => {
  const [, lagging] = cluster.nodes;
  const { tenant } = scene;
  const visitor = await hosts[0].signedIn(tenant, hosts[0].user(tenant));
  const known = await visitor.createKey('Known'); // the second host caches it below
  const unknown = await visitor.createKey('Unknown');
  assert.equal((await hosts[1].verify(tenant, known.fullKey)).status, 204);
  const session = lagging.session();
  try {
    await session.run('FLUSH TABLES WITH READ LOCK');
    for (const key of [known, unknown]) {
      assert.equal((await visitor.postJson(`/api/api-keys/${key.id}`)).status, 200);
      const answer = await hosts[1].verify(tenant, key.fullKey);
      assert.equal(answer.status, 503, `${key.name}: ${answer.status}`);
    }
    assert.equal(lagging.sql(`SELECT COUNT(*) FROM claviger_t_${tenant.slug}.api_keys WHERE deleted_at IS NULL AND name IN ('Known', 'Unknown') AND generation = 1`), '2', 'it did not lag');
  } finally {
    await session.run('UNLOCK TABLES');
    await session.end();
  }
  await until('it to know', async () => (await hosts[1].verify(tenant, known.fullKey)).status === 401);
  assert.equal((await hosts[1].verify(tenant, unknown.fullKey)).status, 401);
});
