// Two hundred wrong sign-ins at once: at most two passwords are hashed at a time, which their memory shows, the others are
// refused at once, and verify hardly feels it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { hiddenField } from '../support/http.mjs';
import { figure } from '../support/long.mjs';
import { memoryOf } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const attempts = 200;
const rounds = figure({ short: 3, full: 15 });
const series = 3; // that the rounds are run at most: whatever else the machine does shows in one, the service in all
const memoryOfOne = 64; // MiB of a hashing: so much that it cannot be overlooked
const window = 700; // milliseconds of verifying, at least

describe('two hundred wrong sign-ins at once', () => {
  let service, visitor, tenant, key;
  const statuses = new Map();
  let quiet = 0; // MiB of all workers together, before
  let most = 0;
  let mostHashing = 0; // threads of all workers at a time that give way

  before(async () => {
    service = await startService({ 'passwords.memory_mib': memoryOfOne, 'passwords.passes': 1, 'fcgi.workers': 2 });
    tenant = service.tenant();
    visitor = await service.signedIn(tenant, service.user(tenant));
    key = await visitor.createKey('Beside');
    await verifyBeside(); // what is made once and kept
    quiet = memory();
  });
  after(() => service?.stop());

  // The niceness of each thread of the workers.
  const threads = () => service.children().workers.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((tid) => nicenessOf(pid, tid)));
  const memory = () => service.children().workers.reduce((sum, pid) => sum + memoryOf(pid), 0);

  // How verify fares beside it, on a few connections.
  async function verifyBeside(happening = async () => {}) {
    const run = startVerifying(service, tenant, key.fullKey);
    await run.begun;
    await Promise.all([happening(), pause(window)]);
    const fared = await run.end();
    assert.deepEqual(fared.failures, []);
    return fared;
  }

  async function signInWrongly() {
    const place = service.tenant(); // the addresses of another one are not throttled yet
    const stranger = service.visitor(place);
    const csrf = hiddenField((await stranger.get('/login')).body, 'csrf');
    return () => watched(Promise.all(Array.from({ length: attempts }, async (_, i) => {
      const { status } = await stranger.postForm('/login', { csrf, email: `nobody${i}@initech.example`, password: 'wrong, and long enough' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    })));
  }

  async function watched(happening) {
    let open = true;
    happening.finally(() => (open = false));
    for (; open; await pause(2)) {
      most = Math.max(most, memory());
      mostHashing = Math.max(mostHashing, threads().filter((niceness) => niceness > 0).length);
    }
    return happening;
  }

  async function medianRatio() {
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      const flood = await signInWrongly();
      const alone = await verifyBeside();
      ratios.push((await verifyBeside(flood)).p99 / alone.p99);
    }
    return ratios.sort((a, b) => a - b)[rounds >> 1];
  }

  test("verify's 99th percentile is at most doubled", async (t) => {
    const medians = [];
    while (medians.length < series && !medians.some((median) => median <= 2)) medians.push(await medianRatio());
    t.diagnostic(`${medians.map((median) => median.toFixed(2))} times`);
    assert.ok(medians.at(-1) <= 2, `${medians} times`);
  });

  test('at most two are hashed at a time, and they give way', (t) => {
    const grown = most - quiet;
    t.diagnostic(`the workers grew by ${grown.toFixed(0)} MiB at most; answers: ${JSON.stringify([...statuses])}`);
    assert.ok(grown > 0.9 * memoryOfOne, 'no hashing was seen');
    assert.ok(grown < 2.5 * memoryOfOne, `the workers grew by ${grown} MiB`);
    assert.ok(mostHashing === 1 || mostHashing === 2, `${mostHashing} threads that give way to verify`);
  });

  test('each is refused, by its password or at once', () => {
    assert.deepEqual([...statuses.keys()].sort(), [401, 429]);
    assert.equal((statuses.get(401) + statuses.get(429)) % attempts, 0);
  });
});

function nicenessOf(pid, tid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${tid}/stat`, 'utf8').split(') ').pop().split(' ')[16]);
  } catch {
    return 0; // it has just ended
  }
}
