// No secret of a run is found afterwards: not in the database, not in any log, raw or encoded.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { hiddenField } from '../support/http.mjs';
import { startService } from '../support/service.mjs';

describe('secrets', () => {
  let service;
  const secrets = new Map();

  before(async () => {
    service = await startService();
    const tenant = service.tenant();
    const user = service.user(tenant);
    const visitor = await service.signedIn(tenant, user);
    const keep = (name, value) => secrets.set(name, value);

    keep('password', user.password);
    for (const [name, value] of visitor.cookies) keep(`cookie ${name}`, value);
    const page = await visitor.get('/settings/api-keys/new');
    keep('form token', hiddenField(page.body, 'csrf'));
    const made = await visitor.createKey('Canary');
    keep('created key', made.fullKey);
    const fresh = (await visitor.postJson(`/api/api-keys/${made.id}`)).json();
    keep('regenerated key', fresh.fullKey);
    await service.verify(tenant, fresh.fullKey);

    // And all the ways in which a secret can turn up where it does not belong.
    await service.request({ host: tenant.host, path: `/v1/me?api_key=${fresh.fullKey}` });
    await service.request({ host: tenant.host, path: `/${fresh.fullKey}` });
    await service.request({ host: tenant.host, path: '/v1/me', headers: { Authorization: `Basic ${fresh.fullKey}` } });
    await service.request({ host: tenant.host, path: '/v1/me', headers: { Referer: `http://x/?k=${fresh.fullKey}` } });
    await visitor.postJson('/api/api-keys', { name: 7, fullKey: fresh.fullKey });
    await service.visitor(tenant).signIn({ email: user.password, password: user.email });
  });
  after(() => service.stop());

  test('are not in a dump of the whole database', () => {
    assertAbsent(databaseDump(), 'the dump');
  });

  test('are not in any log', () => {
    const logs = service.logs();
    assert.match(logs, /"event":"request"/, 'the log of the workers is empty');
    assertAbsent(logs, 'the logs');
  });

  function assertAbsent(text, where) {
    assert.ok(text.length > 1000, `${where} cannot be as short as that`);
    const haystack = text.toLowerCase();
    for (const [name, value] of secrets) {
      const bytes = Buffer.from(value);
      const decoded = Buffer.from(value, 'base64url').toString('hex'); // what a cookie's token stands for
      const encoded = bytes.toString('base64').replace(/=+$/, '');
      const forms = [value, encoded, bytes.toString('hex'), decoded, encodeURIComponent(value)];
      for (const form of forms) assert.ok(!haystack.includes(form.toLowerCase()), `${where}: the ${name} is in it`);
    }
  }

  function databaseDump() {
    const settings = readFileSync(process.env.TEST_CONFIG, 'utf8');
    const socket = settings.match(/^database\.socket = (.*)$/m)[1];
    const options = ['--no-defaults', `--socket=${socket}`, '--all-databases', '--hex-blob', '--single-transaction'];
    return execFileSync('mariadb-dump', options, { encoding: 'utf8', maxBuffer: 1 << 30 });
  }
});
