// Password hashing is shared fairly. A flood at some tenants neither refuses nor delays a known device of another
// tenant. An office behind one address gets in. Waiting sign-ins survive a reload. The places of a killed worker become
// free again.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { hiddenField } from '../support/http.mjs';
import { figure } from '../support/long.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

const floodTenants = figure({ short: 4, full: 12 });
const wrongAtOnce = 200;
const kills = figure({ short: 2, full: 10 });
const rounds = figure({ short: 4, full: 12 }); // sign-ins of each person of tenant B
const office = 50;
const settings = { 'passwords.memory_mib': 19, 'passwords.passes': 2, 'fcgi.workers': 2 };

describe('a flood of sign-ins', () => {
  let service, quiet, people;

  before(async () => {
    service = await startService(settings);
    quiet = service.tenant('Quiet');
    people = [];
    for (let i = 0; i < 4; i += 1) {
      const user = service.user(quiet);
      people.push({ user, visitor: await service.signedIn(quiet, user) }); // its browser is a known device
    }
  });
  after(() => service?.stop());

  // Runs right sign-ins of one user on eight browsers, and wrong ones of ever other accounts from ever other addresses.
  // They run until the `work` beside them has ended. Returns how often each status came; 0 is a request that was cut
  // off.
  async function underFlood(wrongAtOnce, work) {
    const busy = service.tenant('Busy');
    const user = service.user(busy);
    const attacked = Array.from({ length: floodTenants }, () => service.tenant('Attacked'));
    const statuses = { right: {}, wrong: {} };
    const count = (kind, status) => (statuses[kind][status] = (statuses[kind][status] ?? 0) + 1);
    let open = true;
    let number = 0;

    async function rightOnes() {
      const visitor = service.visitor(busy);
      while (open) count('right', (await signIn(visitor, user).catch(cutOff)).status);
    }
    async function wrongOnes(tenant, csrf, cookies) {
      while (open) {
        number += 1;
        const stranger = service.visitor(tenant);
        Object.assign(stranger, { cookies, address: addressOf(number) });
        const fields = { csrf, email: `nobody${number}@initech.example`, password: 'wrong, and long enough' };
        count('wrong', (await stranger.postForm('/login', fields).catch(cutOff)).status);
      }
    }
    const loops = Array.from({ length: 8 }, rightOnes);
    for (const tenant of attacked) {
      const { csrf, cookies } = await formOf(service.visitor(tenant));
      for (let i = 0; i < wrongAtOnce / floodTenants; i += 1) loops.push(wrongOnes(tenant, csrf, cookies));
    }
    const flood = Promise.all(loops);
    flood.catch(() => {});
    try {
      await until('the flood to be there', () => (statuses.wrong[401] ?? 0) > 10, 20);
      await work(statuses);
    } finally {
      open = false;
    }
    await flood;
    return statuses;
  }

  async function signInAgain({ user, visitor }) {
    const began = performance.now();
    const { status } = await signIn(visitor, user);
    return { status, took: performance.now() - began };
  }

  test('people of another tenant on known devices: no 429', async (t) => {
    const alone = await Promise.all(people.map(signInAgain));
    const answers = [];
    const statuses = await underFlood(wrongAtOnce, async () => {
      for (let round = 0; round < rounds; round += 1) answers.push(...(await Promise.all(people.map(signInAgain))));
    });
    const took = answers.map((answer) => answer.took).sort((a, b) => a - b);
    t.diagnostic(`alone ${shown(alone.map((answer) => answer.took))} ms; beside the flood median ${shown([took[took.length >> 1]])}, slowest ${shown([took.at(-1)])} ms of ${took.length}`);
    t.diagnostic(`the flood: ${JSON.stringify(statuses)}`);
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([303]));
    assert.ok(took.at(-1) < 5000, `a sign-in took ${took.at(-1)} ms`);
    assertExpected(statuses);
  });

  test('an office of fifty people behind one address: all get in, no 429', async (t) => {
    const tenant = service.tenant('Office');
    const { password, email } = service.user(tenant);
    const schema = `claviger_t_${tenant.slug}`;
    const copy = (i) =>
      `INSERT INTO ${schema}.users (id, email, name, status, password_hash, created_at)
       SELECT UNHEX(REPLACE(UUID(), '-', '')), 'p${i}@initech.example', name, status, password_hash, created_at
       FROM ${schema}.users WHERE email = '${email}'`;
    service.sql(Array.from({ length: office }, (_, i) => copy(i)).join(';'));
    const visitors = await Promise.all(Array.from({ length: office }, async () => {
      const visitor = service.visitor(tenant);
      return { visitor, ...(await formOf(visitor)) };
    }));
    const began = performance.now();
    const answers = await Promise.all(visitors.map(({ visitor, csrf }, i) =>
      visitor.postForm('/login', { csrf, email: `p${i}@initech.example`, password, callbackUrl: '' })));
    t.diagnostic(`all were in after ${shown([performance.now() - began])} ms`);
    assert.deepEqual(answers.map(({ status }) => status), Array(office).fill(303));
  });

  test('a reload loses none of those that wait, and a killed worker takes no permit and no place with it', async (t) => {
    const statuses = await underFlood(60, async (counts) => {
      const goesOn = async () => {
        const before = counts.wrong[401];
        await until('passwords to be hashed', () => counts.wrong[401] > before + 10, 20);
      };
      const old = service.children().workers;
      service.workers.kill('SIGHUP');
      await until('the new workers alone', () => {
        const { workers } = service.children();
        return workers.length === old.length && !workers.some((pid) => old.includes(pid));
      }, 30);
      await goesOn();
      t.diagnostic(`beside a reload: ${JSON.stringify(counts)}`);
      assertExpected(counts);
      for (let i = 0; i < kills; i += 1) {
        const [victim] = service.children().workers;
        process.kill(victim, 'SIGKILL');
        await until('another worker', () => !service.children().workers.includes(victim) && service.children().workers.length === 2);
        await goesOn();
      }
    });
    t.diagnostic(`with ${kills} workers killed: ${JSON.stringify(statuses)}`);
    const answers = await Promise.all(people.map(signInAgain));
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([303]));
    assert.equal(service.events('worker_cut_off').length, 0);
  });
});

function assertExpected(statuses) {
  const seen = [...Object.keys(statuses.right), ...Object.keys(statuses.wrong)];
  assert.deepEqual(seen.filter((status) => !['303', '401', '429'].includes(status)), [], JSON.stringify(statuses));
}

const cutOff = () => ({ status: 0 });

// Signs in again, on a browser that may be signed in.
function signIn(visitor, user) {
  visitor.cookies.delete('claviger_session');
  return visitor.signIn(user);
}

async function formOf(visitor) {
  const csrf = hiddenField((await visitor.get('/login')).body, 'csrf');
  return { csrf, cookies: visitor.cookies };
}

const addressOf = (number) => `127.${1 + (number >> 16)}.${(number >> 8) & 255}.${1 + (number % 250)}`;

const shown = (times) => times.map((time) => time.toFixed(0)).join(' ');
