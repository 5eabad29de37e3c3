// The workers run out of file descriptors under more connections than they can hold. Every answer that is sent is
// right. No worker crashes or hangs. All is well when there are descriptors again.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { descriptorsOf, until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const seconds = figure({ short: 4, full: 20 });

describe('while the workers have too few file descriptors', () => {
  let service, operations, workers;
  const signIns = [];

  before(async () => {
    service = await startService({ ...manyChanges, 'fcgi.workers': 2 });
    operations = await openOperationLog(service, { people: 2, verifiers: 40 });
    workers = service.children().workers;
    for (const pid of workers) limit(pid, descriptorsOf(pid) + 3);
    operations.begin();
    const end = Date.now() + seconds * 1000;
    const user = service.user(operations.tenant);
    while (Date.now() < end) signIns.push(await service.visitor(operations.tenant).signIn(user).catch((error) => error));
    for (const pid of workers) limit(pid, 1024);
    await operations.changes(20);
    await operations.end();
  });
  after(async () => {
    await service?.stop();
  });

  function limit(pid, most) {
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:1024`]);
  }

  test('the workers did run out of them', () => {
    assert.ok(service.events('accept_paused').length > 0);
  });

  test('the log says so once a minute and worker, and then that all is well again', async (t) => {
    const lines = service.events('accept_paused').length;
    t.diagnostic(`${lines} lines in ${seconds} s`);
    assert.ok(lines <= workers.length * (1 + Math.ceil(seconds / 60)), `${lines} lines`);
    await until('it to be well again', async () => {
      await Promise.all(Array.from({ length: 60 }, () => service.request({ path: '/healthz' }))); // more than nginx keeps
      return service.events('well_again').some(({ of }) => of === 'accept_paused');
    });
  });

  test('no answer is wrong, nothing acknowledged is lost, and verify fails nobody', async (t) => {
    t.diagnostic(`${operations.errors.length} of ${operations.requests} refused, the slowest took ${JSON.stringify(operations.slowest)} s`);
    assert.deepEqual(operations.wrong, []);
    for (const { kind, status } of operations.errors) assert.equal(status, 503, kind);
    assert.ok(Math.max(...Object.values(operations.slowest)) < 5, JSON.stringify(operations.slowest));
    assert.deepEqual(await operations.differences(), []);
  });

  test('sign-ins are answered with a page', () => {
    assert.ok(signIns.length > 0);
    for (const { status, message } of signIns) assert.ok([303, 429, 500, 503].includes(status), `${status ?? message}`);
  });

  test('no worker ends', () => {
    assert.deepEqual(service.children().workers, workers);
  });
});
