// The database is killed under load and comes back. Every acknowledged change is there. A change of unknown outcome is
// answered 503, and the list shows its outcome. The workers have stayed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startDatabase } from '../support/database.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const kills = figure({ short: 2, full: 5 });
const gone = 2000; // milliseconds

describe('while the database is killed and comes back', () => {
  let database, service, operations, workers;
  const outages = []; // [from, to], milliseconds: from the kill until the database answers again
  const healed = []; // milliseconds from then until all is well

  before(async () => {
    database = await startDatabase();
    service = await startService({ ...database.settings, ...manyChanges });
    operations = await openOperationLog(service, { people: 2 });
    workers = service.children().workers;
    operations.begin();
    for (let i = 0; i < kills; i += 1) {
      await operations.changes();
      const from = Date.now();
      await database.kill();
      await pause(gone);
      await database.start();
      const to = Date.now();
      outages.push([from, to]);
      await until('all to be well', allIsWell);
      healed.push(Date.now() - to);
    }
    await operations.end();
  });
  after(async () => {
    await service?.stop();
    await database?.stop();
  });

  async function allIsWell() {
    const { visitor, keys } = operations.people[0];
    const { value } = keys.find(({ state }) => state === 'live');
    const answers = [await service.request({ path: '/readyz' }), await operations.verify(value), await visitor.get('/settings/api-keys')];
    return answers.map(({ status }) => status).join() === '200,204,200';
  }

  test('no acknowledged change is lost, and what nobody could know shows in the list or never was', async (t) => {
    t.diagnostic(`${operations.acknowledged} changes acknowledged, ${operations.unknownNames.length} creates of unknown outcome`);
    assert.deepEqual(await operations.differences(), []);
    assert.deepEqual(operations.wrong, []);
  });

  test('meanwhile every answer is 503, with a Retry-After, and comes in time', (t) => {
    t.diagnostic(`${operations.errors.length} were refused, the slowest answers took ${JSON.stringify(operations.slowest)} s`);
    assert.ok(operations.errors.length > kills, 'the outage was felt by nobody');
    for (const { kind, status, code, began } of operations.errors) {
      assert.deepEqual([status, code], [503, 'unavailable'], kind);
      assert.ok(outages.some(([from, to]) => began > from - 2500 && began < to + 3000), `a ${kind} was refused without an outage`);
    }
    assert.ok(Math.max(...Object.values(operations.slowest)) < 5, JSON.stringify(operations.slowest));
  });

  test('all is well within three seconds of its return, and no worker had to be replaced', (t) => {
    t.diagnostic(`after ${healed} ms`);
    assert.ok(Math.max(...healed) < 3000, `it took ${healed} ms`);
    assert.deepEqual(service.children().workers, workers);
  });
});

// A control for "nothing lost" above: a database that says "committed" before it is.
test('the operation log finds what a database has lost that writes its log once a second', async () => {
  const database = await startDatabase('--innodb-flush-log-at-trx-commit=1', '--innodb-flush-log-at-timeout=100');
  const service = await startService({ ...database.settings, ...manyChanges });
  try {
    const operations = await openOperationLog(service, { writers: 1, verifiers: 0 });
    // The tenant was stored before this line and survives: without a migrated one the service is not ready. Every
    // change from here on is lost.
    database.sql('SET GLOBAL innodb_flush_log_at_trx_commit = 0');
    operations.begin();
    await operations.changes();
    await database.kill();
    await operations.end();
    await database.start();
    await service.ready();
    const found = await operations.differences();
    assert.ok(found.some((text) => text.startsWith('lost: ')), found.join('\n'));
  } finally {
    await service.stop();
    await database.stop();
  }
});
