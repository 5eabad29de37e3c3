// The workers change generations, to a new binary too, and nginx changes its configuration. Requests come without a
// pause all the time, and none of them fails.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { childrenOf, until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const times = figure({ short: 4, full: 20 });
const shipped = join(root, 'build/fcgi/claviger-fcgi');

describe('not one request fails', () => {
  let service, folder, program;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'claviger-binary-'));
    program = join(folder, 'claviger-fcgi');
    copyFileSync(shipped, program);
    service = await startService(manyChanges, { program });
  });
  after(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  async function under(load, disturb) {
    const operations = await openOperationLog(service, { writers: 4, verifiers: 8, people: figure({ short: 1, full: 4 }), ...load });
    operations.begin();
    for (let i = 0; i < times; i += 1) {
      const { requests } = operations;
      await until('the load to go on', () => operations.requests > requests + 60);
      await disturb();
    }
    await operations.end();
    assert.deepEqual(operations.errors, []);
    assert.deepEqual(operations.wrong, []);
    assert.ok(operations.acknowledged > 10 * times, `only ${operations.acknowledged} changes were acknowledged`);
    assert.deepEqual(await operations.differences(), []);
    return `0 of ${operations.requests} requests failed, ${operations.acknowledged} changes, the slowest took ${JSON.stringify(operations.slowest)} s`;
  }

  async function reloadWorkers() {
    const old = service.children().workers;
    service.workers.kill('SIGHUP');
    return until('the new workers alone', () => {
      const { workers } = service.children();
      return workers.length === old.length && !workers.some((pid) => old.includes(pid)) && workers;
    });
  }

  async function reloadNginx() {
    const old = childrenOf(service.nginx.pid);
    service.nginx.kill('SIGHUP');
    await until("nginx's new workers alone", () => {
      const now = childrenOf(service.nginx.pid);
      return now.length === old.length && !now.some((pid) => old.includes(pid));
    });
  }

  test(`while the workers are replaced ${times} times`, async (t) => {
    t.diagnostic(await under({}, reloadWorkers));
  });

  test(`while each of ${times} reloads finds a new binary in the place of the old one`, async (t) => {
    const seen = new Set();
    const told = await under({}, async () => {
      copyFileSync(shipped, `${program}.new`);
      renameSync(`${program}.new`, program);
      const { ino } = statSync(program);
      seen.add(ino);
      for (const pid of await reloadWorkers()) assert.equal(statSync(`/proc/${pid}/exe`).ino, ino, 'a worker runs the old binary');
    });
    assert.equal(service.events('reload_failed').length, 0);
    assert.ok(seen.size > 1, 'the binary was never another file');
    t.diagnostic(told);
  });

  // Uses a new connection for each request. Any server may close a kept connection between two requests.
  test(`while nginx is reloaded ${times} times`, async (t) => {
    t.diagnostic(await under({ kept: false }, reloadNginx));
  });
});
