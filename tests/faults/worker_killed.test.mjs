// A worker is killed every second while keys are created, regenerated and verified. No acknowledged change is lost.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const kills = figure({ short: 10, full: 60 }); // one a second, and more until a kill has hit a request
const mostKills = 6 * kills;

describe('while a worker is killed every second', () => {
  let service, operations;
  const absences = []; // milliseconds from each kill until another worker was ready

  before(async () => {
    service = await startService({ ...manyChanges, 'fcgi.workers': 2 });
    operations = await openOperationLog(service, { people: figure({ short: 2, full: 6 }) });
    operations.begin();
    while (absences.length < kills || (operations.errors.length === 0 && absences.length < mostKills)) {
      const began = Date.now();
      await kill();
      await pause(Math.max(0, 1000 - (Date.now() - began)));
    }
    await operations.end();
  });
  after(async () => {
    await service?.stop();
  });

  async function kill() {
    const { workers } = service.children();
    const ready = service.events('worker_ready').length;
    await pause(50); // no request is under way after the log was read: lets new ones begin
    const killed = Date.now();
    process.kill(workers[Math.floor(Math.random() * workers.length)], 'SIGKILL');
    const { time } = await until('another worker to be ready', () => service.events('worker_ready')[ready]);
    absences.push(new Date(time) - killed);
  }

  test('no acknowledged change is lost, and no promise broken', async (t) => {
    t.diagnostic(`${operations.acknowledged} changes acknowledged, ${operations.requests} requests`);
    assert.ok(operations.acknowledged > 20 * kills, `only ${operations.acknowledged} changes were acknowledged`);
    assert.deepEqual(await operations.differences(), []);
    assert.deepEqual(operations.wrong, []);
  });

  test('fewer than one in a hundred requests fails', (t) => {
    t.diagnostic(`${operations.errors.length} of ${operations.requests} failed`);
    assert.ok(operations.errors.length > 0, 'the kills were felt by nobody');
    assert.ok(operations.errorRate < 0.01, JSON.stringify(operations.errors.slice(0, 20)));
    for (const { status, code } of operations.errors) assert.deepEqual([status, code], [502, 'unavailable']);
  });

  test('another worker is there within a second', (t) => {
    const sorted = [...absences].sort((a, b) => a - b);
    t.diagnostic(`after ${sorted[sorted.length >> 1]} ms, at most ${sorted.at(-1)} ms`);
    assert.equal(service.events('worker_died').length, sorted.length);
    assert.ok(sorted.at(-1) < 1000, `it took ${sorted} ms`);
  });
});
