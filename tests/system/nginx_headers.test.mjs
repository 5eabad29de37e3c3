// The headers that every answer carries: pages, JSON, files and nginx's own errors alike.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { startService } from '../support/service.mjs';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

let service;
let tenant;
let stylesheet;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  const login = await service.visitor(tenant).get('/login');
  stylesheet = login.body.match(/href="(\/static\/[^"]+\.css)"/)[1];
});

after(() => service?.stop());

const everyKind = () => [
  ['page', { path: '/login' }, 200],
  ['redirect', { path: '/' }, 302],
  ['document', { path: '/api/api-keys' }, 401],
  ['health', { path: '/healthz' }, 200],
  ['unknown path', { path: '/nothing/here' }, 404],
  ['unknown host', { host: 'nobody.localhost', path: '/login' }, 404],
  ['file', { path: stylesheet }, 200],
  ['icon', { path: '/favicon.ico' }, 200],
  ['missing file', { path: '/static/0123456789abcdef/none.css' }, 404],
  ["nginx's own problem", { path: '/v1/me', method: 'POST', body: 'x'.repeat(70_000) }, 413],
  ["nginx's own page", { path: '/login', method: 'POST', body: 'x'.repeat(70_000) }, 413],
];

test('everyAnswerCarriesTheSecurityHeadersOnceAndNoVersion', async () => {
  for (const [kind, options, status] of everyKind()) {
    const answer = await service.request({ host: tenant.host, ...options });
    assert.equal(answer.status, status, kind);
    assert.equal(answer.all('x-request-id').length, 1, kind);
    assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/, kind);
    assert.deepEqual(answer.all('content-security-policy'), [policy], kind);
    assert.deepEqual(answer.all('x-content-type-options'), ['nosniff'], kind);
    assert.deepEqual(answer.all('referrer-policy'), ['same-origin'], kind);
    assert.deepEqual(answer.all('cross-origin-opener-policy'), ['same-origin'], kind);
    assert.equal(answer.all('permissions-policy').length, 1, kind);
    assert.equal(answer.all('cache-control').length, 1, kind);
    assert.deepEqual(answer.all('strict-transport-security'), [], kind);
    assert.deepEqual(answer.all('server'), ['nginx'], kind);
    assert.deepEqual(answer.all('x-powered-by'), [], kind);
  }
});

test('filesAreKeptForEverAndNothingElseIs', async () => {
  for (const [kind, options] of everyKind()) {
    const { headers } = await service.request({ host: tenant.host, ...options });
    const expected = kind === 'file' ? 'public, max-age=31536000, immutable'
      : kind === 'icon' ? 'public, max-age=86400' : 'no-store';
    assert.equal(headers['cache-control'], expected, kind);
  }
});

test('filesHaveTheirTypes', async () => {
  const [hash] = readdirSync(join(root, 'build/static'));
  const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml; charset=utf-8' };
  for (const name of readdirSync(join(root, 'build/static', hash))) {
    const answer = await service.request({ path: `/static/${hash}/${name}` });
    assert.equal(answer.headers['content-type'], types[name.split('.').at(-1)], name);
  }
  assert.equal((await service.request({ path: '/favicon.ico' })).headers['content-type'], types.svg);
});

test('filesAreSentWhateverPageLinksToThem', async () => {
  for (const headers of [{ Referer: `http://${tenant.host}/login?callbackUrl=x` }, { Referer: `http://${tenant.host}/?k=pk_live_x` }])
    for (const path of [stylesheet, '/favicon.ico', `${stylesheet}?x=1`])
      assert.equal((await service.request({ host: tenant.host, path, headers })).status, 200, path);
});

test('filesOutsideThePublicFolderAreOutOfReach', async () => {
  for (const path of ['/static/../../claviger.conf', '/static/%2e%2e/%2e%2e/claviger.conf', '/nginx.conf', '/static/'])
    assert.ok([400, 403, 404].includes((await service.request({ host: tenant.host, path })).status), path);
});
