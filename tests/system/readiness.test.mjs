// GET /readyz says which part is missing. Requests that only read go on where nothing can be written.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startDatabase } from '../support/database.mjs';
import { flawOf } from '../support/problems.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

describe('readiness', () => {
  let database, service, tenant, user, visitor, key;

  before(async () => {
    database = await startDatabase();
    service = await startService(database.settings);
    tenant = service.tenant();
    user = service.user(tenant);
    visitor = await service.signedIn(tenant, user);
    key = await visitor.createKey('Scripts');
  });

  after(async () => {
    await service?.stop();
    await database?.stop();
  });

  const probe = () => service.request({ path: '/readyz' });
  const ready = () => until('the service to be ready', async () => (await probe()).status === 200);

  // Waits until exactly these parts are missing, and returns the answer.
  async function missing(...parts) {
    let answer;
    await until(`${parts} to be missing`, async () => {
      answer = await probe();
      return answer.status === 503 && answer.json().parts.join() === parts.join();
    });
    assert.equal(flawOf(answer), undefined);
    assert.equal(answer.json().code, 'unavailable');
    assert.doesNotMatch(answer.body, /mysql|mariadb|\bsock|SELECT|\/|error \d/i);
    return answer;
  }

  const eventsOf = (name) => service.events(name).length;

  test('a read-only writer: pages and lists answer, no change is made, the log stays short', async () => {
    database.sql(`UPDATE claviger_t_${tenant.slug}.sessions SET last_seen_at = last_seen_at - INTERVAL 2 MINUTE`);
    database.sql('SET GLOBAL read_only = 1');
    assert.match((await missing('writer', 'fence')).json().error, /^Not ready: the database is read-only; /);
    const reads = [];
    for (let i = 0; i < 20; i += 1) reads.push(await visitor.get('/settings/api-keys'), await visitor.get('/api/api-keys'));
    assert.deepEqual([...new Set(reads.map(({ status }) => status))], [200]);
    assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
    assert.equal((await visitor.postJson('/api/api-keys', { name: 'Refused' })).status, 503);

    await sleep(1000); // five retries of the poller
    const workers = service.children().workers.length;
    assert.ok(eventsOf('poller_failed') >= 1 && eventsOf('poller_failed') <= 2, `${eventsOf('poller_failed')} lines`);
    assert.ok(eventsOf('last_sight_not_written') >= 1 && eventsOf('last_sight_not_written') <= workers);

    database.sql('SET GLOBAL read_only = 0');
    await ready();
    assert.deepEqual((await visitor.get('/api/api-keys')).json().keys.map(({ name }) => name), ['Scripts']);
    assert.equal((await visitor.postJson('/api/api-keys', { name: 'Made' })).status, 201);
    await until('the poller to be well again', () => service.events('well_again').some(({ of }) => of === 'poller_failed'));
  });

  test('a poller that is stopped: verify asks the database, and the fence is missing', async () => {
    const { poller } = service.children();
    process.kill(poller, 'SIGSTOP');
    try {
      await missing('fence');
      assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
    } finally {
      process.kill(poller, 'SIGCONT');
    }
    await ready();
  });

  test('a poller that is replaced has a moment', async () => {
    process.kill(service.children().poller, 'SIGKILL');
    for (const end = Date.now() + 1500; Date.now() < end; await sleep(50)) assert.equal((await probe()).status, 200);
  });

  test('another pepper than that of the other hosts: not ready, and the log names the version', async () => {
    const own = database.sql('SELECT fingerprint FROM claviger.peppers WHERE version = 1').trim();
    assert.match(own, /^[0-9a-f]{16}$/);
    database.sql("UPDATE claviger.peppers SET fingerprint = '0123456789abcdef'");
    process.kill(service.children().poller, 'SIGKILL');
    await missing('fence');
    assert.ok(service.events('poller_failed').some(({ cause }) => /pepper of version 1 .* bring the right one back/.test(cause)));
    database.sql(`UPDATE claviger.peppers SET fingerprint = '${own}'`);
    await ready();
  });

  test('schemas of before, all of them; one of them keeps no host from its work', async () => {
    service.tenant();
    database.sql(`UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug = '${tenant.slug}'`);
    assert.equal((await probe()).status, 200);
    database.sql(`UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug <> '${tenant.slug}'`);
    await missing('schema');
    database.sql('UPDATE claviger.tenants SET schema_version = schema_version + 1');
    await ready();
  });

  test('a control schema of before', async () => {
    database.sql('ALTER TABLE claviger.tenant_hosts RENAME COLUMN host TO host_name');
    await missing('schema');
    database.sql('ALTER TABLE claviger.tenant_hosts RENAME COLUMN host_name TO host');
    await ready();
  });

  test('a database that is frozen: a thousand probes in a second hold up no other request', async () => {
    database.freeze();
    try {
      await missing('database', 'fence');
      const began = performance.now();
      const probes = Array.from({ length: 1000 }, (_, i) => sleep(i).then(probe));
      const others = Array.from({ length: 100 }, async (_, i) => {
        await sleep(10 * i);
        const at = performance.now();
        assert.equal((await service.request({ path: '/healthz' })).status, 200);
        return performance.now() - at;
      });
      const slowest = Math.max(...(await Promise.all(others)));
      for (const answer of await Promise.all(probes)) assert.equal(answer.status, 503);
      assert.ok(slowest < 1500, `/healthz took ${slowest} ms`);
      assert.ok(performance.now() - began < 6000, 'the probes took too long');
    } finally {
      database.thaw();
    }
    await ready();
  });

  test('a database that is gone', async () => {
    await database.kill();
    await missing('database', 'fence');
    await database.start();
    await ready();
  });
});
