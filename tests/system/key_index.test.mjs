// After everything that a host caches became invalid at once, the keys in use are found again in bulk, not one by one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startDatabase } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const keysOfEach = 10;

let database;
let service;
let keys; // of three tenants: { tenant, fullKey }

before(async () => {
  database = await startDatabase();
  service = await startService({ ...database.settings, ...manyChanges });
  keys = [];
  for (let i = 0; i < 3; i += 1) {
    const tenant = service.tenant();
    const session = await service.signedIn(tenant, service.user(tenant));
    for (let k = 0; k < keysOfEach; k += 1) keys.push({ tenant, fullKey: (await session.createKey(`Key ${k}`)).fullKey });
  }
});

after(async () => {
  await service?.stop();
  await database?.stop();
});

const verify = async ({ tenant, fullKey }) => (await service.verify(tenant, fullKey)).status;
const verifyAll = async () => {
  for (const key of keys) assert.equal(await verify(key), 204);
};
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const indexed = () => Number(database.sql('SELECT COUNT(*) FROM claviger.key_index'));

// The SELECTs that clients have sent, in the time of `work`, beyond those that the poller sends in it.
async function reads(work) {
  const count = () => Number(database.sql("SHOW GLOBAL STATUS LIKE 'Com_select'").split('\t')[1]);
  const before = count();
  const began = performance.now();
  await work();
  const pollers = ((performance.now() - began) / 1000) * 25;
  return count() - before - pollers;
}

test('each used key gets into the index', async () => {
  await verifyAll();
  await until('all keys to be in the index', () => indexed() >= keys.length, 40);
});

test('keys in use are renewed in bulk once everything became invalid', async () => {
  const [watched, ...others] = keys;
  await verifyAll(); // caches each key that the index has by now
  const { poller } = service.children();
  process.kill(poller, 'SIGKILL');
  await until('another poller', () => service.children().poller && service.children().poller !== poller);
  await until('its lease: a cached key costs no query', async () => (await reads(async () => {
    for (let i = 0; i < 20; i += 1) await verify(watched);
  })) < 5);
  await pause(2000); // some rounds of the renewal, in which no other key is verified
  const single = await reads(async () => {
    for (const key of others) assert.equal(await verify(key), 204);
  });
  assert.ok(single < others.length / 3, `${single.toFixed(1)} queries for ${others.length} keys`);
});

test('a suspended person is refused although the key is in the index', async () => {
  const { tenant } = keys[0];
  const user = service.user(tenant);
  const key = { tenant, fullKey: (await (await service.signedIn(tenant, user)).createKey('Last')).fullKey };
  const before = indexed();
  assert.equal(await verify(key), 204);
  await until('the key to be in the index', () => indexed() > before, 40);
  const change = (verb) => service.mustTool(['user', verb, '--tenant', tenant.slug, '--email', user.email]);
  change('suspend');
  assert.equal(await verify(key), 401);
  change('approve');
  assert.equal(await verify(key), 204);
});
