// The disk under the database and the logs is full. A change that cannot be stored is refused as a whole, and verify
// goes on. No process of the service ends, and all is well when there is room again. MariaDB itself may give up on a
// full disk, as InnoDB does where it cannot extend a file that it must. Then it is started again when there is room, as
// systemd does. Until then every answer is that of a lost database.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startDatabase } from '../support/database.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { hasEnded, until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { mountSmallDisk } from '../support/small_disk.mjs';

const full = figure({ short: 3000, full: 30_000 }); // milliseconds
const refusals = 20; // of changes, while the disk is full

describe('while the disk is full', () => {
  let disk, database, service, operations, workers;
  const meanwhile = []; // { path, at, status, took }, at least 25
  let from, to;
  let diedAt = Infinity; // of the database

  before(async () => {
    disk = mountSmallDisk(256);
    database = await startDatabase({ parent: disk.folder }, '--skip-stack-trace'); // if it gives up, it ends at once
    service = await startService({ ...database.settings, ...manyChanges }, { parent: disk.folder });
    operations = await openOperationLog(service, { people: figure({ short: 3, full: 6 }) });
    workers = service.children().workers;
    operations.begin();
    await operations.changes();
    from = Date.now();
    await disk.fill();
    database.server.once('exit', () => (diedAt = Date.now()));
    await until('changes to be refused', () => operations.errors.length >= refusals, 60);
    const end = Date.now() + full;
    while (Date.now() < end || meanwhile.length < 25) {
      await browse();
      await pause(100);
    }
    disk.free();
    if (hasEnded(database.server)) await database.start();
    to = Date.now();
    await operations.changes(20, 60);
    await operations.end();
  });
  after(async () => {
    await service?.stop();
    await database?.stop();
    disk?.unmount();
  });

  async function browse() {
    const { visitor } = operations.people[0];
    for (const path of ['/settings/api-keys', '/api/api-keys', '/healthz', '/readyz', '/login']) {
      const at = Date.now();
      const { status } = await visitor.get(path);
      meanwhile.push({ path, at, status, took: Date.now() - at });
    }
  }

  test('what cannot be stored is refused as a whole, and nothing acknowledged is lost', async (t) => {
    const creates = operations.errors.filter(({ kind }) => kind === 'create').length;
    t.diagnostic(`${operations.acknowledged} changes acknowledged; refused: ${creates} creates, ${operations.errors.length - creates} others`);
    assert.deepEqual(operations.wrong, []);
    for (const { kind, status, began } of operations.errors) {
      const isLost = began > diedAt - 1000;
      assert.ok(kind !== 'verify' || isLost, 'a verify was refused');
      assert.ok(status === 503 || (status === 500 && kind !== 'verify'), `${kind} was answered ${status}`);
      assert.ok(began >= from - 1000 && began <= to + 1000, `${kind} was refused though there was room`);
    }
    assert.match(service.sql(`CHECK TABLE ${operations.schema}.api_keys EXTENDED`), /\tOK$/);
    assert.deepEqual(await operations.differences(), []);
  });

  test('verify goes on, and what only reads', (t) => {
    const slowest = Math.max(...meanwhile.map(({ took }) => took));
    t.diagnostic(`the slowest verify took ${operations.slowest.verify} s, of ${meanwhile.length} others the slowest ${slowest} ms`);
    t.diagnostic(`the database ${diedAt < to ? 'gave up' : 'went on'}`);
    for (const { path, at, status, took } of meanwhile) {
      assert.ok(took < 5000, `${path} was answered after ${took} ms`);
      const isLost = at > diedAt - 1000 && path !== '/healthz';
      assert.ok(status === (path === '/login' ? 302 : 200) || (isLost && status === 503), `${path} was answered ${status}`);
    }
    assert.ok(operations.slowest.verify < 2.5, `a verify took ${operations.slowest.verify} s`);
  });

  test('no process ends, and the logs go on when there is room', async () => {
    assert.deepEqual(service.children().workers, workers);
    for (const child of [service.workers, service.nginx]) assert.ok(!hasEnded(child));
    for (const log of ['claviger-fcgi.log', 'access.log'])
      await until(`${log} to go on`, async () => { // after a full disk nginx logs nothing for a second
        const { headers } = await operations.verify('not a key');
        return service.log(log).includes(headers['x-request-id']);
      });
  });
});
