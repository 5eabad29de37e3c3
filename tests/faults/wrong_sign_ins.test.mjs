// Two hundred wrong sign-ins at once. At most two passwords are hashed at a time, as the memory and the threads show.
// The other sign-ins wait their turn, and verify is hardly slower.
//
// The effect on verify is its 99th percentile, which other load on the machine blurs. So the two conditions behind it
// are tested by themselves too. A hashing gives way, and verify waits behind no sign-in that waits for its turn.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { hiddenField } from '../support/http.mjs';
import { figure } from '../support/long.mjs';
import { memoryOf, shown } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const attempts = 200;
const attemptsOfARound = 6;
const rightOnes = 10;
const rounds = figure({ short: 5, full: 15 });
const most = figure({ short: 3, full: 2 }); // times; a few rounds beside other work measure no finer than that
const mostRounds = 5 * rounds; // on a machine so busy that a few rounds measure nothing
const memoryOfOne = 64; // MiB of a hashing: too large to be overlooked
const window = 700; // milliseconds of verifying, at least
const settings = { 'passwords.memory_mib': memoryOfOne, 'passwords.passes': 1, 'fcgi.workers': 2 };

describe('two hundred wrong sign-ins at once', () => {
  let service, visitor, tenant, user, key;
  const statuses = new Map();
  let quiet = 0; // MiB of all workers together, before
  const seen = { memory: 0, hashing: 0, hashed: new Set() };

  before(async () => {
    service = await startService(settings);
    tenant = service.tenant();
    user = service.user(tenant);
    visitor = await service.signedIn(tenant, user);
    key = await visitor.createKey('Beside');
    await verifyBeside(); // allocates what is made once and kept
    quiet = memory(service);
  });
  after(() => service?.stop());

  // Verifies on a few connections while `happening` runs. Returns the figures of the verifies.
  async function verifyBeside(happening = async () => {}, clients = 4) {
    const run = startVerifying(service, tenant, key.fullKey, { clients });
    await run.begun;
    await Promise.all([happening(), pause(window)]);
    const fared = await run.end();
    assert.deepEqual(fared.failures, []);
    return fared;
  }

  // Prepares wrong sign-ins of `attempts` accounts at once. They come from one address, at a tenant that has refused
  // none yet.
  async function signInWrongly(attempts) {
    const place = service.tenant();
    const stranger = service.visitor(place);
    const csrf = hiddenField((await stranger.get('/login')).body, 'csrf');
    return () => watch(service, seen, Promise.all(Array.from({ length: attempts }, async (_, i) => {
      const { status } = await stranger.postForm('/login', { csrf, email: `nobody${i}@initech.example`, password: 'wrong, and long enough' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    })));
  }

  // A known device has a permit of its own beside the wrong sign-ins.
  async function signInRightly() {
    for (let i = 0; i < rightOnes; i += 1) {
      visitor.cookies.delete('claviger_session');
      assert.equal((await visitor.signIn(user)).status, 303);
    }
  }

  test('verify waits behind none of those that wait for their turn', async (t) => {
    const flood = await signInWrongly(attempts);
    const began = performance.now();
    const fared = await verifyBeside(() => Promise.all([flood(), signInRightly()]), 1); // more would leave hashing no processor
    const took = performance.now() - began;
    t.diagnostic(`the slowest of ${fared.sent} verifies took ${fared.slowest.toFixed(0)} ms, the last of the sign-ins ${took.toFixed(0)} ms`);
    assert.ok(fared.slowest < Math.min(2500, took / 2), `a verify took ${fared.slowest} ms`);
  });

  test('at most two are hashed at a time, and they give way', (t) => {
    const grown = seen.memory - quiet;
    t.diagnostic(`the workers grew by ${grown.toFixed(0)} MiB at most; answers: ${JSON.stringify([...statuses])}`);
    assert.ok(grown > 0.9 * memoryOfOne, 'no hashing was seen');
    assert.ok(grown < 2.5 * memoryOfOne, `the workers grew by ${grown} MiB`);
    assert.ok(seen.hashing === 1 || seen.hashing === 2, `${seen.hashing} threads at a time that give way to verify`);
  });

  test('one is hashed for each that its password refuses, and none for the others', (t) => {
    const refused = statuses.get(401);
    t.diagnostic(`${seen.hashed.size} hashings were seen, of ${refused} and ${rightOnes}`);
    assert.equal(refused + statuses.get(429), attempts);
    assert.ok(refused <= 100, 'the budget of their address allows no more');
    assert.ok(seen.hashed.size <= refused + rightOnes, `${seen.hashed.size} hashings`);
    assert.ok(seen.hashed.size > (refused + rightOnes) / 2, `only ${seen.hashed.size} hashings were seen`);
  });

  test(`verify's 99th percentile is at most ${most} times as large`, async (t) => {
    const p99 = { alone: [], beside: [] };
    const ratio = () => lowerQuartile(p99.beside) / lowerQuartile(p99.alone);
    for (let round = 1; round <= rounds || (round <= mostRounds && ratio() > most); round += 1) {
      const flood = await signInWrongly(attemptsOfARound);
      p99.alone.push((await verifyBeside()).p99);
      p99.beside.push((await verifyBeside(flood)).p99);
    }
    t.diagnostic(`${ratio().toFixed(2)} times; alone ${told(p99.alone)}, beside them ${told(p99.beside)} ms`);
    assert.ok(ratio() <= most, `${ratio()} times`);
  });
});

// Other load on the machine makes a percentile larger, never smaller. So the least disturbed rounds count.
const lowerQuartile = (times) => [...times].sort((a, b) => a - b)[times.length >> 2];

const told = (times) => times.map((time) => time.toFixed(1)).join(' ');

// Watches the workers until `happening` has ended. Notes the most MiB that they use, the most threads that give way at
// a time, and which threads these are.
async function watch(service, seen, happening) {
  let open = true;
  happening.finally(() => (open = false));
  for (; open; await pause(2)) {
    const hashing = service.children().workers.flatMap(givingWay);
    seen.memory = Math.max(seen.memory, memory(service));
    seen.hashing = Math.max(seen.hashing, hashing.length);
    for (const tid of hashing) seen.hashed.add(tid);
  }
  return happening;
}

const memory = (service) => service.children().workers.reduce((sum, pid) => sum + memoryOf(pid), 0);

// The threads of a worker with a higher nice value than its own, without those that are exiting. An exiting thread may
// have been joined already, and yet it can still be seen.
function givingWay(pid) {
  const own = threadOf(pid, pid).niceness;
  return readdirSync(`/proc/${pid}/task`).filter((tid) => {
    const { ends, niceness } = threadOf(pid, tid);
    return !ends && niceness > own;
  });
}

function threadOf(pid, tid) {
  const fields = shown(`/proc/${pid}/task/${tid}/stat`).split(') ').pop().split(' ');
  return { ends: (Number(fields[6]) & 4) !== 0, niceness: Number(fields[16]) }; // PF_EXITING
}
