// The main job, from sign-in to a dead key, through nginx as a browser and an API client do it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { hiddenField } from '../support/http.mjs';
import { crc32 } from '../support/key_form.mjs';
import { startService } from '../support/service.mjs';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('a first key', () => {
  let service, tenant, user;

  before(async () => {
    service = await startService();
    tenant = service.tenant();
    user = service.user(tenant);
  });
  after(() => service.stop());

  test('is created, listed masked, used, regenerated, and its old value is dead at once', async () => {
    const visitor = await service.signedIn(tenant, user);
    assert.deepEqual((await visitor.get('/api/api-keys')).json(), { keys: [] });

    const created = await visitor.postJson('/api/api-keys', { name: 'Zapier' });
    assert.equal(created.status, 201);
    assert.equal(created.headers['cache-control'], 'no-store');
    const key = created.json();
    assert.match(key.fullKey, /^pk_live_[0-9A-Za-z]{38}$/);
    assert.equal(key.fullKey.slice(40), checksumOf(key.fullKey.slice(0, 40)));

    const [listed] = (await visitor.get('/api/api-keys')).json().keys;
    assert.deepEqual(Object.keys(listed), ['id', 'name', 'keyPrefix', 'maskedKey', 'createdAt', 'lastUsedAt', 'expiresAt', 'disabledAt', 'disabledBy']);
    assert.equal(listed.maskedKey, `${key.fullKey.slice(0, 12)}****`);
    assert.equal(listed.lastUsedAt, null);

    const again = await visitor.postJson('/api/api-keys', { name: 'Zapier' });
    assert.equal(again.status, 400);
    assert.equal(again.json().code, 'name_taken');

    const alive = await service.verify(tenant, key.fullKey);
    assert.equal(alive.status, 204);
    assert.equal(alive.headers['x-claviger-tenant'], tenant.slug);
    assert.equal(alive.headers['x-claviger-key-id'], key.id);

    const regenerated = await visitor.postJson(`/api/api-keys/${key.id}`);
    assert.equal(regenerated.status, 200);
    const fresh = regenerated.json();
    assert.equal(fresh.name, 'Zapier');
    assert.notEqual(fresh.fullKey, key.fullKey);
    assert.equal((await service.verify(tenant, key.fullKey)).status, 401);
    assert.equal((await service.verify(tenant, fresh.fullKey)).status, 204);

    const deleted = await visitor.request('DELETE', `/api/api-keys/${fresh.id}`);
    assert.equal(deleted.status, 405);
    assert.equal(deleted.headers.allow, 'POST');
    assert.equal((await service.verify(tenant, fresh.fullKey)).status, 204);
  });

  test('is made by plain forms too, and shown once', async () => {
    const visitor = await service.signedIn(tenant, user);
    const form = await visitor.get('/settings/api-keys/new');
    const fields = { csrf: hiddenField(form.body, 'csrf'), once: hiddenField(form.body, 'once'), name: 'By form' };
    const shown = await visitor.postForm('/settings/api-keys', fields);
    assert.equal(shown.status, 200);
    const [fullKey] = shown.body.match(/pk_live_[0-9A-Za-z]{38}/);
    assert.equal((await service.verify(tenant, fullKey)).status, 204);
    const again = await visitor.postForm('/settings/api-keys', fields);
    assert.equal(again.status, 409);
    assert.doesNotMatch(again.body, /pk_live_/);
    assert.doesNotMatch((await visitor.get('/settings/api-keys')).body, new RegExp(fullKey));
  });

  test("gives another user and another tenant the same bytes as for a key that never was", async () => {
    const owner = await service.signedIn(tenant, user);
    const key = await owner.createKey('Mine alone');
    const elsewhere = service.tenant();
    const strangers = [
      await service.signedIn(tenant, service.user(tenant)),
      await service.signedIn(elsewhere, service.user(elsewhere)),
    ];
    for (const stranger of strangers) {
      const bytes = async (id) => {
        const answer = await stranger.postJson(`/api/api-keys/${id}`);
        assert.equal(answer.status, 404);
        const { date, ...headers } = answer.headers;
        return JSON.stringify([headers, answer.body]).replaceAll(headers['x-request-id'], '');
      };
      assert.equal(await bytes(key.id), await bytes('00000000-0000-7000-8000-000000000000'));
    }
    assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
    assert.equal((await service.verify(elsewhere, key.fullKey)).status, 401);
  });

  test('of 50 parallel creates of one name exactly one is made', async () => {
    const visitor = await service.signedIn(tenant, user);
    const answers = await Promise.all(Array.from({ length: 50 }, () => visitor.postJson('/api/api-keys', { name: 'Raced' })));
    assert.deepEqual(tally(answers), { 201: 1, 400: 49 });
    const { keys } = (await visitor.get('/api/api-keys')).json();
    assert.equal(keys.filter(({ name }) => name === 'Raced').length, 1);
  });

  test('of 20 parallel regenerations of one key exactly one succeeds', async () => {
    const visitor = await service.signedIn(tenant, user);
    const key = await visitor.createKey('Regenerated by many');
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.postJson(`/api/api-keys/${key.id}`)));
    assert.deepEqual(tally(answers), { 200: 1, 404: 19 });
    const winner = answers.find(({ status }) => status === 200).json();
    assert.equal((await service.verify(tenant, winner.fullKey)).status, 204);
    assert.equal((await service.verify(tenant, key.fullKey)).status, 401);
  });

  test('shows when it was last used within a minute', async () => {
    const visitor = await service.signedIn(tenant, user);
    const key = await visitor.createKey('Used');
    const began = Date.now();
    await service.verify(tenant, key.fullKey);
    for (;;) {
      const { keys } = (await visitor.get('/api/api-keys')).json();
      const { lastUsedAt } = keys.find(({ id }) => id === key.id);
      if (lastUsedAt !== null) {
        assert.ok(Math.abs(Date.parse(lastUsedAt) - began) < 5000);
        return;
      }
      assert.ok(Date.now() - began < 60_000, 'it was not shown within 60 s');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});

function tally(answers) {
  const counts = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

// Independent of the service: six base62 digits of zlib's CRC-32, most significant first.
function checksumOf(body) {
  let rest = crc32(body);
  let digits = '';
  for (let i = 0; i < 6; i++) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
