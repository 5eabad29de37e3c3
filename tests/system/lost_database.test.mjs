// The answers of the service while its database is gone, and its recovery without help.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startDatabase } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

describe('a lost database', () => {
  let database, service, tenant, visitor, key;

  before(async () => {
    database = await startDatabase();
    service = await startService(database.settings);
    tenant = service.tenant();
    visitor = await service.signedIn(tenant, service.user(tenant));
    key = await visitor.createKey('Before');
  });
  after(async () => {
    await service?.stop();
    await database?.stop();
  });

  const ready = () => until('the service to be ready', async () => (await service.request({ path: '/readyz' })).status === 200);

  // Waits for the first 503. Until the lease (400 ms) ends, verify may still answer from the cache, and that answer is
  // true.
  function lapsed() {
    return until('verify to ask the database in vain', async () => {
      const began = Date.now();
      const { status } = await service.verify(tenant, key.fullKey);
      assert.ok(Date.now() - began < 5000, 'verify waited too long');
      assert.ok(status === 204 || status === 503, `verify said ${status}`);
      return status === 503;
    });
  }

  async function assertUnavailable() {
    await lapsed();
    const asked = [
      await service.verify(tenant, key.fullKey),
      await visitor.get('/api/api-keys'),
      await visitor.postJson('/api/api-keys', { name: 'Meanwhile' }),
      await visitor.postJson(`/api/api-keys/${key.id}`),
      await service.request({ path: '/readyz' }),
    ];
    for (const answer of asked) {
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['retry-after'], '1');
      assert.equal(answer.json().code, 'unavailable');
      assert.doesNotMatch(answer.body, /mysql|mariadb|sock|SELECT/i);
    }
    assert.equal((await service.request({ path: '/healthz' })).status, 200);
    const page = await visitor.get('/settings/api-keys');
    assert.equal(page.status, 503);
    assert.match(page.headers['content-type'], /^text\/html/);
  }

  async function assertHealedWithNothingChanged() {
    await ready();
    assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
    const { keys } = (await visitor.get('/api/api-keys')).json();
    assert.deepEqual(keys.map(({ id }) => id), [key.id]);
    assert.equal((await visitor.postJson('/api/api-keys', { name: 'Before' })).json().code, 'name_taken');
  }

  test('killed: every answer is 503, and all is well when it is back', async () => {
    const workers = service.workers.pid;
    await database.kill();
    await assertUnavailable();
    await database.start();
    await assertHealedWithNothingChanged();
    assert.equal(service.workers.pid, workers);
    assert.equal(service.workers.exitCode, null);
  });

  test('silent: every answer comes in time, and all is well when it speaks again', async () => {
    database.freeze();
    try {
      await lapsed();
    } finally {
      database.thaw();
    }
    await assertHealedWithNothingChanged();
  });

  test('a server that may prepare no more statements is asked without', async () => {
    const other = service.tenant();
    const someone = await service.signedIn(other, service.user(other));
    database.sql('SET GLOBAL max_prepared_stmt_count = 0');
    try {
      for (let i = 0; i < 20; ++i) assert.ok((await someone.createKey(`Key ${i}`)).fullKey);
    } finally {
      database.sql('SET GLOBAL max_prepared_stmt_count = DEFAULT');
    }
  });

  test('a server whose connections leave transactions open is told otherwise', async () => {
    const other = service.tenant();
    const user = service.user(other);
    database.sql("SET GLOBAL autocommit = 0, GLOBAL completion_type = 'CHAIN'");
    try {
      await service.stopWorkers();
      await service.startWorkers();
      await ready();
      const someone = await service.signedIn(other, user);
      const { id } = await someone.createKey('Zapier');
      const { fullKey } = (await someone.postJson(`/api/api-keys/${id}`)).json();
      assert.equal((await service.verify(other, fullKey)).status, 204);
      assert.equal(database.sql('SELECT COUNT(*) FROM claviger.nodes'), '1');
      assert.equal(database.sql(`SELECT COUNT(*) FROM claviger_t_${other.slug}.api_keys`), '2');
      assert.equal(database.sql('SELECT COUNT(*) FROM information_schema.innodb_trx'), '0');
    } finally {
      database.sql('SET GLOBAL autocommit = DEFAULT, GLOBAL completion_type = DEFAULT');
    }
  });

  test('it keeps nothing of what was refused', () => {
    const schema = `claviger_t_${tenant.slug}`;
    assert.equal(database.sql(`SELECT COUNT(*) FROM ${schema}.api_keys`), '1');
    assert.equal(database.sql(`SELECT COUNT(*) FROM ${schema}.audit_events WHERE key_id IS NOT NULL`), '1');
  });
});
