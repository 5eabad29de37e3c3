// The drop-in guards over FastCGI and over HTTP, in an nginx without any other part of Claviger.

import assert from 'node:assert/strict';
import { createServer, STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startPeer } from '../support/fastcgi_peer.mjs';
import { root } from '../support/launcher.mjs';
import { startSite } from '../support/nginx.mjs';
import { hasEnded } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

let service;
let tenant;
let other;
let visitor;
let key;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  other = service.tenant();
  visitor = await service.signedIn(tenant, service.user(tenant));
  key = await visitor.createKey('Guarded');
});

after(() => service?.stop());

// Starts a site whose /reports/ is open to the tenant's keys. A second location stands for the application behind the
// guard. It returns the headers that it gets, and they hold all that the guard knows of the caller.
function site(snippet, upstream, lines = '') {
  return startSite({
    http: upstream,
    server: `
      include ${join(root, 'nginx', snippet)};
      ${lines}
      set $claviger_host ${tenant.host};
      location /reports/ {
        auth_request /_claviger_guard;
        include ${join(root, 'nginx/claviger_guard_proxy_headers')};
        proxy_pass http://$server_addr:$server_port/application;
      }
      location = /application {
        return 200 "$http_x_claviger_tenant $http_x_claviger_user $http_x_claviger_key_id";
      }`,
  });
}

// The sizes of header lines that nginx/README.md promises to serve, and some above them that are refused.
const kib = 1024;
const lines = (count, size) => Array(count).fill(size);
const headersOverFastcgi = { served: [[48 * kib], lines(6, 8 * kib), lines(480, 102)], refused: [lines(2, 33 * kib), lines(9, 8 * kib)] };
const headersOverHttp = { served: [lines(2, 16 * kib), lines(4, 8 * kib), lines(320, 102)], refused: [[16 * kib + 1], lines(4, 8 * kib + 1)] };

const variants = [
  ['over FastCGI', 'claviger_guard.conf', () => `upstream claviger { server unix:${service.socket}; keepalive 4; }`, headersOverFastcgi],
  ['over HTTP', 'claviger_guard_http.conf', () => `upstream claviger_http { server 127.0.0.1:${service.port}; keepalive 4; }`, headersOverHttp],
];

for (const [name, snippet, upstream, headers] of variants) {
  describe(`a location guarded ${name}`, () => {
    let guarded;
    before(async () => (guarded = await site(snippet, upstream())));
    after(() => guarded?.stop());

    const ask = (headers, more) => guarded.request({ path: '/reports/today?page=1', headers, ...more });
    const bearer = (fullKey) => ({ Authorization: `Bearer ${fullKey}` });

    test('opensForALivingKeyAndTellsWhoseItIs', async () => {
      for (const headers of [bearer(key.fullKey), { 'X-Api-Key': key.fullKey }]) {
        const answer = await ask(headers);
        assert.equal(answer.status, 200);
        const [slug, user, keyId] = answer.body.split(' ');
        assert.equal(slug, tenant.slug);
        assert.match(user, /^[0-9a-f-]{36}$/);
        assert.equal(keyId, key.id);
      }
    });

    test('opensForAnyMethodAndBody', async () => {
      const answer = await ask(bearer(key.fullKey), { method: 'POST', body: 'x'.repeat(300_000) });
      assert.equal(answer.status, 200);
    });

    test('answers401WithoutALivingKey', async () => {
      const unknown = `${key.fullKey.slice(0, -1)}${key.fullKey.endsWith('0') ? '1' : '0'}`;
      for (const headers of [{}, bearer(unknown), bearer('x'), { Authorization: 'Basic eDp5' }]) {
        const answer = await ask(headers);
        assert.equal(answer.status, 401);
        assert.match(answer.headers['www-authenticate'], /^Bearer /);
      }
    });

    test('refusesAForeignTenantsKey', async () => {
      const stranger = await service.signedIn(other, service.user(other));
      const foreign = await stranger.createKey('Foreign');
      assert.equal((await service.verify(other, foreign.fullKey)).status, 204);
      assert.equal((await ask(bearer(foreign.fullKey))).status, 401);
    });

    test('refusesAKeyAsSoonAsItIsRegenerated', async () => {
      const old = await visitor.createKey(`Short-lived ${name}`);
      assert.equal((await ask(bearer(old.fullKey))).status, 200);
      const renewed = (await visitor.postJson(`/api/api-keys/${old.id}`)).json();
      assert.equal((await ask(bearer(old.fullKey))).status, 401);
      assert.equal((await ask(bearer(renewed.fullKey))).status, 200);
    });

    test('believesNothingThatTheClientClaims', async () => {
      const claims = {
        'X-Claviger-Tenant': tenant.slug,
        'X-Claviger-User': 'root',
        'X-Claviger-Key-Id': key.id,
        'Claviger-Target': '/healthz',
        'Claviger-Host': other.host,
        'X-Original-Uri': '/healthz',
      };
      assert.equal((await ask(claims)).status, 401);
      for (const path of ['/reports/../reports/x', '/reports/healthz', `/reports/?api_key=${key.fullKey}`])
        assert.equal((await ask(claims, { path })).status, 401, path);
      assert.match((await ask({ ...claims, ...bearer(key.fullKey) })).body, /^t\w+ [0-9a-f-]{36} /);
    });

    test('answers401Or403ForTwoDifferentKeys', async () => {
      const answer = await ask({ ...bearer(key.fullKey), 'X-Api-Key': `${key.fullKey.slice(0, -1)}~` });
      assert.ok([401, 403].includes(answer.status), String(answer.status));
    });

    test('looksAtEachOfTwoKeys', async () => {
      const dead = `pk_live_${'0'.repeat(38)}`;
      for (const both of [[key.fullKey, dead], [dead, key.fullKey], [dead, dead], ['', dead]]) {
        const answer = await ask({ 'X-Api-Key': both });
        assert.ok([401, 403].includes(answer.status), `${both}: ${answer.status}`);
      }
    });

    test('takesAnEmptyKeyForNone', async () => {
      for (const headers of [{ 'X-Api-Key': '' }, { Authorization: '' }, { Authorization: 'Bearer' }])
        assert.equal((await ask(headers)).status, 401);
      assert.equal((await ask({ ...bearer(key.fullKey), 'X-Api-Key': '' })).status, 200);
    });

    test('leavesABearerOfTheApplicationAlone', async () => {
      const beside = (apiKey) => ask({ ...bearer('eyJhbGciOiJSUzI1NiJ9.e30.c2ln'), 'X-Api-Key': apiKey });
      assert.equal((await beside(key.fullKey)).status, 200);
      assert.equal((await beside(`pk_live_${'0'.repeat(38)}`)).status, 403);
      assert.equal((await ask({ Authorization: 'Digest a="b", c="d"', 'X-Api-Key': key.fullKey })).status, 200);
      assert.equal((await ask({ ...bearer('a, b'), 'X-Api-Key': key.fullKey })).status, 200);
    });

    // A "set" that a rewrite skips is one that was forgotten.
    test('staysShutWithoutAHost', async (t) => {
      const hostless = await site(snippet, upstream(), 'rewrite ^/reports/ /reports/skipped last;');
      t.after(() => hostless.stop());
      assert.equal((await hostless.request({ path: '/reports/', headers: bearer(key.fullKey) })).status, 403);
    });

    test('opensForHeadersUpToTheLimit', async (t) => {
      const wide = await site(snippet, upstream(), 'large_client_header_buffers 8 64k;');
      t.after(() => wide.stop());
      const status = async (sizes) => {
        const large = sizes.map((size, i) => [`X-Large-${i}`, 'x'.repeat(size - `X-Large-${i}: \r\n`.length)]);
        return (await wide.request({ path: '/reports/', headers: { ...bearer(key.fullKey), ...Object.fromEntries(large) } })).status;
      };
      for (const sizes of headers.served) assert.equal(await status(sizes), 200, `${sizes} are served`);
      for (const sizes of headers.refused) assert.equal(await status(sizes), 403, `${sizes} are refused`);
    });

    test('tellsNothingAtTheGuardItself', async () => {
      const answer = await ask(bearer(key.fullKey), { path: '/_claviger_guard' });
      assert.equal(answer.status, 403);
      assert.doesNotMatch(JSON.stringify(answer.headers), /claviger/i);
    });

    test('answers403WhileTheWorkersAreStopped', async () => {
      await service.stopWorkers();
      assert.ok(hasEnded(service.workers));
      assert.equal((await ask(bearer(key.fullKey))).status, 403);
      assert.equal((await ask({})).status, 403);
      await service.startWorkers();
      assert.equal((await ask(bearer(key.fullKey))).status, 200, 'and opens again when they are back');
    });
  });
}

// Starts both guards before two servers that answer with `status()`. Returns { sites, peer, seen }: `peer` is the
// FastCGI server, `seen` the requests over HTTP.
async function beforeAny(t, status) {
  const socket = join(service.folder, 'run/any.sock');
  const peer = await startPeer(socket, () => `Status: ${status()}\r\nContent-Type: text/plain\r\n\r\n`);
  const seen = [];
  const web = createServer((request, response) => (seen.push(request), response.writeHead(status(), { Location: '/login' }).end()));
  await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
  const sites = [
    await site('claviger_guard.conf', `upstream claviger { server unix:${socket}; }`),
    await site('claviger_guard_http.conf', `upstream claviger_http { server 127.0.0.1:${web.address().port}; }`),
  ];
  t.after(async () => {
    for (const each of sites) await each.stop();
    web.close();
    await peer.stop();
  });
  return { sites, peer, seen };
}

// Cookies, conditional headers and the claims of proxies have nothing to do with a key.
test('handsOverNoCookieAndNothingThatChangesTheQuestion', async (t) => {
  const { sites, peer, seen } = await beforeAny(t, () => 204);
  const headers = { Cookie: 'a=secret', Range: 'bytes=0-1', 'If-None-Match': '"x"', Origin: 'https://evil.example', 'X-Forwarded-For': '10.9.8.7', 'X-Forwarded-Proto': 'https', 'X-Api-Key': 'x', 'Claviger-Target': '/healthz' };
  for (const guarded of sites) assert.equal((await guarded.request({ path: '/reports/?page=1', method: 'PUT', headers, body: 'secret' })).status, 200);
  const params = Object.fromEntries(peer.requests[0].params);
  assert.deepEqual([params.REQUEST_METHOD, params.CLAVIGER_TARGET, params.CLAVIGER_HOST, params.HTTP_X_API_KEY], ['GET', '/v1/verify/guard', tenant.host, 'x']);
  assert.equal(params.HTTP_COOKIE || undefined, undefined);
  assert.equal(peer.requests[0].body.length, 0);
  const [{ method, url, headers: sent }] = seen;
  assert.deepEqual([method, url, sent.host, sent['x-api-key']], ['GET', '/v1/verify/guard', tenant.host, 'x']);
  for (const name of ['cookie', 'range', 'if-none-match', 'origin', 'x-forwarded-for', 'x-forwarded-proto', 'content-length', 'transfer-encoding'])
    assert.equal(sent[name], undefined, name);
});

// Another server may listen at Claviger's address: a redirect to https, another site, a broken proxy.
test('staysShutForEachStatusBut2xx', async (t) => {
  let status;
  const { sites } = await beforeAny(t, () => status);
  const statuses = [...Array(300).keys()].map((number) => 300 + number).filter((number) => STATUS_CODES[number]);
  for (status of statuses)
    for (const guarded of sites) {
      const answer = await guarded.request({ path: '/reports/', headers: { 'X-Api-Key': key.fullKey } });
      assert.equal(answer.status, { 401: 401, 408: 500 }[status] ?? 403, String(status));
    }
});

// A header with "_" for "-" is the same parameter over FastCGI, and the one that nginx names wins.
test('tellsAnApplicationOverFastcgiOnlyTheTruth', async (t) => {
  const socket = join(service.folder, 'run/application.sock');
  const peer = await startPeer(socket, () => 'Status: 200\r\nContent-Type: text/plain\r\n\r\n');
  const guarded = await startSite({
    http: variants[0][2](),
    server: `include ${join(root, 'nginx/claviger_guard.conf')};
      set $claviger_host ${tenant.host};
      underscores_in_headers on;
      location ^~ /reports/ {
        auth_request /_claviger_guard;
        fastcgi_param HTTP_X_CLAVIGER_USER $claviger_user;
        fastcgi_pass unix:${socket};
      }`,
  });
  t.after(async () => {
    await guarded.stop();
    await peer.stop();
  });
  const forged = { 'X-Claviger-User': 'root', 'X-Claviger_User': 'root', X_Claviger_User: 'root' };
  assert.equal((await guarded.request({ path: '/reports/', headers: { 'X-Api-Key': key.fullKey, ...forged } })).status, 200);
  const users = peer.requests[0].params.filter(([name]) => name === 'HTTP_X_CLAVIGER_USER');
  assert.equal(users.length, 1);
  assert.match(users[0][1], /^[0-9a-f-]{36}$/);
});

test('opensForPreflightsWhereTheLocationSaysSo', async (t) => {
  const guarded = await startSite({
    http: variants[0][2](),
    server: `include ${join(root, 'nginx/claviger_guard.conf')};
      set $claviger_host ${tenant.host};
      location ^~ /reports/ {
        error_page 418 = @preflight;
        if ($request_method = OPTIONS) { return 418; }
        auth_request /_claviger_guard;
        proxy_pass http://127.0.0.1:${service.port}/healthz;
      }
      location @preflight { add_header Access-Control-Allow-Origin https://app.example; return 204; }`,
  });
  t.after(() => guarded.stop());
  const ask = (method) => guarded.request({ method, path: '/reports/' });
  const preflight = await ask('OPTIONS');
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, 'https://app.example']);
  for (const method of ['GET', 'POST', 'PUT']) assert.equal((await ask(method)).status, 401, method);
});

test('answers403WhenClavigerHangs', async () => {
  const socket = join(service.folder, 'run/hanging.sock');
  const peer = await startPeer(socket, () => undefined);
  const guarded = await site('claviger_guard.conf', `upstream claviger { server unix:${socket}; }`);
  assert.equal((await guarded.request({ path: '/reports/', headers: { 'X-Api-Key': key.fullKey } })).status, 403);
  await guarded.stop();
  await peer.stop();
});

test('answers403WhenNothingListensAtClavigersAddress', async () => {
  const guarded = await site('claviger_guard_http.conf', 'upstream claviger_http { server 127.0.0.1:1; }');
  assert.equal((await guarded.request({ path: '/reports/', headers: { 'X-Api-Key': key.fullKey } })).status, 403);
  await guarded.stop();
});
