// Two of three nodes are killed. The third is a minority, so no result of it is certain. Until an administrator makes
// it the cluster, each request is answered 503.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startCluster } from '../support/cluster.mjs';
import { openLedger } from '../support/ledger.mjs';
import { flawOf } from '../support/problems.mjs';
import { until } from '../support/processes.mjs';

describe('while the cluster has no majority', () => {
  let cluster, service, ledger, from, to;
  const meanwhile = []; // { what, answer }

  before(async () => {
    cluster = await startCluster();
    service = await cluster.service();
    ledger = await openLedger(service, { people: 2 });
    ledger.begin();
    await ledger.changes(100, 60);
    from = Date.now();
    await Promise.all([cluster.nodes[1].kill(), cluster.nodes[2].kill()]);
    await until('the last node to know it', () => cluster.nodes[0].status('wsrep_ready') === 'OFF', 30);
    await until('the service to know it', async () => (await service.request({ path: '/readyz' })).status === 503);
    const lost = Date.now();
    while (Date.now() < lost + 3000) await ask();
    cluster.nodes[0].sql("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
    await until('the service to be ready', async () => (await service.request({ path: '/readyz' })).status === 200, 30);
    to = Date.now();
    await ledger.changes(100, 60);
    await cluster.nodes[1].rejoin();
    await cluster.nodes[2].rejoin();
    await ledger.changes(100, 60);
    await ledger.end();
  });
  after(async () => {
    await service?.stop();
    await cluster?.stop();
  });

  async function ask() {
    const { visitor, keys } = ledger.people[0];
    const living = keys.find(({ state }) => state === 'live');
    const [dead] = ledger.dead;
    if (living) meanwhile.push({ what: 'a living key', answer: await ledger.verify(living.value) });
    meanwhile.push(
      { what: 'a dead key', answer: await ledger.verify(dead.value) },
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
    t.diagnostic(`${ledger.acknowledged} changes acknowledged, ${ledger.errors.length} refused, ${ledger.unknownNames.length} creates of unknown outcome`);
    assert.deepEqual(await ledger.differences(), []);
    assert.deepEqual(ledger.wrong, []);
    assert.equal(service.sql(`SELECT COUNT(*) FROM ${ledger.schema}.api_keys WHERE name LIKE 'never %'`), '0');
  });

  test('the others are refused alike, and only meanwhile', (t) => {
    t.diagnostic(`the slowest answers took ${JSON.stringify(ledger.slowest)} s`);
    for (const { kind, status, code, began } of ledger.errors) {
      assert.deepEqual([status, code], [503, 'unavailable'], kind);
      assert.ok(began > from - 4000 && began < to + 4000, `a ${kind} was refused ${began - from} ms after the kills`);
    }
  });
});
