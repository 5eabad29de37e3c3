// Under load, a node of the cluster is killed, then the writer. Then the next writer is cut off from the others, and
// the one after that is frozen. The service goes on with the next node of its list. All acknowledged changes are on all
// nodes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startCluster } from '../support/cluster.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { until } from '../support/processes.mjs';

const change = 100; // acknowledged changes before, between and after the faults

describe('while nodes are lost one after another', () => {
  let cluster, service, operations, workers;
  // In milliseconds: `from` is the time of the loss, `healed` the duration until the service was well, `to` the time at
  // which all nodes were back.
  const outages = []; // { what, from, healed, to }

  before(async () => {
    cluster = await startCluster();
    service = await cluster.service();
    operations = await openOperationLog(service, { people: 2 });
    workers = service.children().workers;
    operations.begin();
    await operations.changes(change, 60);
    const [first, second, third] = cluster.nodes;
    await outage('another node killed', () => third.kill(), () => third.rejoin());
    await outage('the writer killed', () => first.kill(), () => first.rejoin());
    await outage('the writer cut off', () => second.cutOff(), () => second.reconnect());
    await outage('the writer frozen', () => third.freeze(), () => third.thaw());
    await operations.end();
  });
  after(async () => {
    await service?.stop();
    await cluster?.stop();
  });

  async function outage(what, lose, bringBack) {
    const from = Date.now();
    await lose();
    await until(`all to be well with ${what}`, allIsWell, 30);
    const outage = { what, from, healed: Date.now() - from };
    outages.push(outage);
    await operations.changes(change, 60);
    await bringBack();
    await until('all nodes to be there again', () => cluster.nodes.every((node) => node.status('wsrep_cluster_size') === '3' && node.isSynced()), 60);
    outage.to = Date.now();
    await operations.changes(change, 60);
  }

  async function allIsWell() {
    const { visitor, keys } = operations.people[0];
    const { value } = keys.find(({ state }) => state === 'live');
    const writing = await visitor.postJson('/api/api-keys', { name: '' }); // reads the session and refuses the name
    const answers = [await service.request({ path: '/readyz' }), await operations.verify(value), writing];
    return answers.map(({ status }) => status).join() === '200,204,400';
  }

  test('no acknowledged change is lost, no active key is refused and no dead one accepted', async (t) => {
    t.diagnostic(`${operations.acknowledged} changes acknowledged, ${operations.requests} requests, ${operations.unknownNames.length} creates of unknown outcome`);
    assert.deepEqual(await operations.differences(), []);
    assert.deepEqual(operations.wrong, []);
  });

  test('every node has the same', async () => {
    const tables = cluster.nodes[0].tablesOf(operations.schema).map((table) => `${operations.schema}.${table}`);
    const all = [...tables, 'claviger.dead_keys', 'claviger.revocation_epochs'].map((table) => `SELECT * FROM ${table} ORDER BY 1, 2`).join('; ');
    const contents = () => cluster.nodes.map((node) => node.freshly(all));
    await until('the last uses to be written', () => new Set(contents()).size === 1);
    assert.ok(contents()[0].split('\n').length > operations.acknowledged);
  });

  test('what could not be done is answered 503 with a Retry-After, around the faults alone', (t) => {
    t.diagnostic(`${operations.errors.length} refused, the slowest answers took ${JSON.stringify(operations.slowest)} s`);
    for (const { kind, status, code, began } of operations.errors) {
      assert.deepEqual([status, code], [503, 'unavailable'], kind);
      assert.ok(outages.some(({ from, to }) => began > from - 6000 && began < to + 6000), `a ${kind} was refused without a fault`);
    }
    const [killed] = outages;
    const felt = operations.errors.filter(({ began }) => began < killed.from + killed.healed);
    assert.ok(felt.length <= 5, `${felt.length} were refused for a node that they did not use`);
  });

  test('all is well within twenty seconds, and no worker had to be replaced', (t) => {
    t.diagnostic(outages.map(({ what, healed }) => `${what}: ${healed} ms`).join(', '));
    for (const { what, healed } of outages) assert.ok(healed < 20_000, `${what}: it took ${healed} ms`);
    assert.deepEqual(service.children().workers, workers);
  });

  test('after a reload all of it is at the first node again', async () => {
    service.workers.kill('SIGHUP');
    await until('the others to be left', () => {
      const [first, ...others] = cluster.connections();
      return first > 0 && others.every((count) => count === 0);
    }, 30);
  });
});
