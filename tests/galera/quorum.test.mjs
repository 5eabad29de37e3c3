// Two of three nodes are killed. The third is a minority, so no result of it is certain. Until an administrator makes
// it the cluster, each request is answered 503.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startCluster } from '../support/cluster.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { flawOf } from '../support/problems.mjs';
import { until } from '../support/processes.mjs';

describe('while the cluster has no majority', () => {
  let cluster, service, operations, from, to;
  const meanwhile = []; // { what, answer }

  before(async () => {
    cluster = await startCluster();
    service = await cluster.service();
    operations = await openOperationLog(service, { people: 2 });
    operations.begin();
    await operations.changes(100, 60);
    from = Date.now();
    await Promise.all([cluster.nodes[1].kill(), cluster.nodes[2].kill()]);
    await until('the last node to know it', () => cluster.nodes[0].status('wsrep_ready') === 'OFF', 30);
    await until('the service to know it', async () => (await service.request({ path: '/readyz' })).status === 503);
    const lost = Date.now();
    while (Date.now() < lost + 3000) await ask();
    cluster.nodes[0].sql("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
    await until('the service to be ready', async () => (await service.request({ path: '/readyz' })).status === 200, 30);
    to = Date.now();
    await operations.changes(100, 60);
    await cluster.nodes[1].rejoin();
    await cluster.nodes[2].rejoin();
    await operations.changes(100, 60);
    await operations.end();
  });
  after(async () => {
    await service?.stop();
    await cluster?.stop();
  });

  async function ask() {
    const { visitor, keys } = operations.people[0];
    const active = keys.find(({ state }) => state === 'live');
    const [dead] = operations.dead;
    if (active) meanwhile.push({ what: 'an active key', answer: await operations.verify(active.value) });
    meanwhile.push(
      { what: 'a dead key', answer: await operations.verify(dead.value) },
      { what: 'the list', answer: await visitor.get('/api/api-keys') },
      { what: 'a create', answer: await visitor.postJson('/api/api-keys', { name: `never ${meanwhile.length}` }) },
    );
  }

  test('verify, list and create are answered 503, in a whole problem document with a Retry-After', () => {
    assert.ok(meanwhile.length > 8, `${meanwhile.length} were asked`);
    for (const { what, answer } of meanwhile) {
      assert.equal(answer.status, 503, what);
      assert.equal(flawOf(answer), undefined, what);
    }
  });

  test('nothing acknowledged is lost, nothing refused was stored, and no verdict was false', async (t) => {
    t.diagnostic(`${operations.acknowledged} changes acknowledged, ${operations.errors.length} refused, ${operations.unknownNames.length} creates of unknown outcome`);
    assert.deepEqual(await operations.differences(), []);
    assert.deepEqual(operations.wrong, []);
    assert.equal(service.sql(`SELECT COUNT(*) FROM ${operations.schema}.api_keys WHERE name LIKE 'never %'`), '0');
  });

  test('the others are refused alike, and only meanwhile', (t) => {
    t.diagnostic(`the slowest answers took ${JSON.stringify(operations.slowest)} s`);
    for (const { kind, status, code, began } of operations.errors) {
      assert.deepEqual([status, code], [503, 'unavailable'], kind);
      assert.ok(began > from - 4000 && began < to + 4000, `a ${kind} was refused ${began - from} ms after the kills`);
    }
  });
});
