// Bytes that no honest client sends. Each test hides a request that would make a key named "smuggled" for a signed-in
// user. Only a server that misreads the bytes finds the request. It must get no answer.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { raw } from '../support/http.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

let service;
let tenant;
let other;
let visitor;
let key;
let second;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  other = service.tenant();
  visitor = await service.signedIn(tenant, service.user(tenant));
  key = await visitor.createKey('first');
  second = await visitor.createKey('second');
});

after(() => service?.stop());

const cookie = () => [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const names = async () => (await visitor.get('/api/api-keys')).json().keys.map(({ name }) => name);
const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
const keyHeader = () => `X-Api-Key: ${key.fullKey}`;

function requestText(line, headers, body = '') {
  return `${line}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;
}

// A complete, valid request that makes a key.
function smuggled() {
  const body = '{"name":"smuggled"}';
  return requestText('POST /api/api-keys HTTP/1.1', [
    `Host: ${visitor.host}`,
    `Cookie: ${cookie()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ], body);
}

// How often nginx or a worker has taken it for a request. It is matched by method and path, since a log line of the
// test before may be late.
const readAsRequest = () => service.logs().split('\n').filter((line) => /"method":"POST".*"\/api\/api-keys"/.test(line)).length;

const chunked = (body) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

// Sends one GET with these headers as raw text, and returns the raw answer.
async function get(path, headers, { host = visitor.host, target = path } = {}) {
  return raw(service.port, requestText(`GET ${target} HTTP/1.1`, [...(host === null ? [] : [`Host: ${host}`]), ...headers, 'Connection: close']));
}

async function statusOf(...args) {
  return statuses(await get(...args))[0];
}

test('theSmuggledRequestIsAGoodOneWhereItIsSentOpenly', async () => {
  assert.deepEqual(statuses(await raw(service.port, smuggled())), [201]);
  assert.ok((await names()).includes('smuggled'));
  await until('it to be seen in the logs', () => readAsRequest() > 0);
  // From here on the name is taken. A misread request would show as one answer too many, and in the logs.
});

test('aHostOtherThanThatOfTheRequestLineIsRefused', async () => {
  const other = service.tenant();
  const absolute = (host) => ({ target: `http://${host}/api/api-keys` });
  assert.equal(await statusOf('/api/api-keys', [`Cookie: ${cookie()}`], absolute(visitor.host)), 200);
  assert.equal(await statusOf('/api/api-keys', [`Cookie: ${cookie()}`], absolute(other.host)), 400);
  const capitals = visitor.host.replace(/^\w+/, (slug) => slug.toUpperCase());
  for (const host of [capitals, visitor.host.replace(':', '.:')])
    assert.equal(await statusOf('/api/api-keys', [`Cookie: ${cookie()}`], { host }), 200, host);
});

describe('a message whose end two readers would see at different places', () => {
  const length = () => `Content-Length: ${Buffer.byteLength(smuggled())}`;
  const cases = {
    'a length and chunks': () => [['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled()}`],
    'chunks and a length': () => [['Transfer-Encoding: chunked', length()], `0\r\n\r\n${smuggled()}`],
    'two lengths': () => [['Content-Length: 0', length()], smuggled()],
    'two equal lengths': () => [[length(), length()], smuggled()],
    'a list of lengths': () => [['Content-Length: 0, 0'], smuggled()],
    'a length with a sign': () => [['Content-Length: +0'], smuggled()],
    'a negative length': () => [['Content-Length: -1'], smuggled()],
    'a length in hexadecimal': () => [['Content-Length: 0x10'], smuggled()],
    'an endless length': () => [['Content-Length: 99999999999999999999'], smuggled()],
    'an empty length': () => [['Content-Length: '], smuggled()],
    'chunks twice': () => [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked(smuggled())],
    'chunks in a list': () => [['Transfer-Encoding: identity, chunked'], chunked(smuggled())],
    'another coding': () => [['Transfer-Encoding: xchunked'], chunked(smuggled())],
    'a space before the colon': () => [['Transfer-Encoding : chunked'], chunked(smuggled())],
    'a tab in the coding': () => [['Transfer-Encoding:\x0bchunked'], chunked(smuggled())],
    'a folded header': () => [['X: y', ' Transfer-Encoding: chunked', 'Content-Length: 0'], smuggled()],
    'a bad chunk size': () => [['Transfer-Encoding: chunked'], `-1\r\n${smuggled()}`],
    'an endless chunk size': () => [['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${smuggled()}`],
    'a NUL in a header': () => [['X: a\0b', 'Content-Length: 0'], smuggled()],
  };

  for (const [name, make] of Object.entries(cases)) {
    test(`isRefusedAndEndsItsConnection: ${name}`, async () => {
      const [headers, body] = make();
      const line = 'POST /logout-nothing HTTP/1.1';
      const answers = statuses(await raw(service.port, requestText(line, [`Host: ${visitor.host}`, ...headers], body)));
      assert.equal(answers.length, 1, `the answers were ${answers}`);
      assert.ok([400, 413, 501].includes(answers[0]), String(answers[0]));
    });
  }

  test('isRefusedOverHttp10', async () => {
    const text = requestText('POST /nothing HTTP/1.0', [`Host: ${visitor.host}`, 'Transfer-Encoding: chunked'], chunked(smuggled()));
    assert.deepEqual(statuses(await raw(service.port, text)), [400]);
  });
});

describe('a request in a body that nobody reads', () => {
  // Each request is sent on a kept connection. The next answer on it must be that of the next request.
  const places = ['GET /healthz', 'GET /v1/verify', 'GET /v1/me', 'GET /login', 'POST /nothing', 'DELETE /api/api-keys',
    'POST /healthz', 'POST /v1/verify', 'POST /static/x', 'POST /favicon.ico', 'POST /logout', 'GET /_claviger/page'];

  for (const place of places) {
    for (const framing of ['length', 'chunks']) {
      test(`isNeverARequest: ${place}, by ${framing}`, async () => {
        const before = [readAsRequest(), await names()];
        const body = smuggled();
        const framed = framing === 'length' ? [`Content-Length: ${Buffer.byteLength(body)}`, body] : ['Transfer-Encoding: chunked', chunked(body)];
        const next = requestText('GET /healthz HTTP/1.1', [`Host: ${visitor.host}`, 'Connection: close']);
        const text = await raw(service.port, requestText(`${place} HTTP/1.1`, [`Host: ${visitor.host}`, framed[0]], framed[1]) + next);
        const answers = statuses(text);
        assert.ok(answers.length <= 2, `the answers were ${answers}`);
        if (answers.length === 2) assert.equal(answers[1], 200, `the answers were ${answers}`);
        assert.doesNotMatch(text, /name_taken|fullKey/);
        assert.deepEqual([readAsRequest(), await names()], before);
      });
    }
  }

  test('isNeverARequestWhereTheBodyIsTooLarge', async () => {
    const body = smuggled().repeat(400);
    const text = await raw(service.port, requestText('POST /api/api-keys HTTP/1.1', [`Host: ${visitor.host}`, `Content-Length: ${body.length}`], body));
    assert.deepEqual(statuses(text), [413]);
  });
});

describe('a header that is sent twice', () => {
  const bearer = (value) => `Authorization: Bearer ${value}`;

  test('isNoWayToHideOneKeyBehindAnother', async () => {
    const old = await visitor.createKey('regenerated');
    assert.equal((await visitor.postJson(`/api/api-keys/${old.id}`)).status, 200);
    const dead = old.fullKey;
    for (const pair of [[key.fullKey, dead], [dead, key.fullKey], [key.fullKey, second.fullKey]]) {
      assert.equal(await statusOf('/v1/verify', pair.map(bearer)), 400);
      assert.equal(await statusOf('/v1/me', pair.map((value) => `X-Api-Key: ${value}`)), 400);
      assert.equal(await statusOf('/v1/verify', [bearer(pair[0]), `x-api-key: ${pair[1]}`]), 400);
      assert.equal(await statusOf('/v1/verify/guard', pair.map((value) => `X-Api-Key: ${value}`)), 403);
    }
    assert.equal(await statusOf('/v1/verify', [bearer(key.fullKey)]), 204);
  });

  test('isNoSessionWhereTheCookiesDiffer', async () => {
    const planted = `Cookie: claviger_session=${'A'.repeat(43)}`;
    assert.equal(await statusOf('/api/api-keys', [`Cookie: ${cookie()}`]), 200);
    assert.equal(await statusOf('/api/api-keys', [planted, `Cookie: ${cookie()}`]), 401);
    assert.equal(await statusOf('/api/api-keys', [`Cookie: ${cookie()}`, planted]), 401);
    assert.equal(await statusOf('/api/api-keys', ['Cookie: a=b', `Cookie: ${cookie()}`]), 200);
  });

  test('isNoWayToHideAForeignOriginBehindTheOwnOne', async () => {
    const own = `Origin: ${visitor.origin}`;
    for (const origins of [[own, 'Origin: http://evil.example'], ['Origin: http://evil.example', own], ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site']]) {
      const body = '{"name":"from elsewhere"}';
      const headers = [`Host: ${visitor.host}`, `Cookie: ${cookie()}`, ...origins, 'Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close'];
      assert.deepEqual(statuses(await raw(service.port, requestText('POST /api/api-keys HTTP/1.1', headers, body))), [403]);
    }
    assert.ok(!(await names()).includes('from elsewhere'));
  });

  test('isRefusedForTheHost', async () => {
    assert.equal(await statusOf('/healthz', [`Host: ${other.host}`]), 400);
  });

  test('ofTwoContentTypesJsonMustBeTheOnlyOne', async () => {
    const body = '{"name":"two types"}';
    for (const types of [['text/plain', 'application/json'], ['application/json', 'text/plain']]) {
      const headers = [`Host: ${visitor.host}`, `Cookie: ${cookie()}`, ...types.map((type) => `Content-Type: ${type}`), `Content-Length: ${body.length}`, 'Connection: close'];
      const [status] = statuses(await raw(service.port, requestText('POST /api/api-keys HTTP/1.1', headers, body)));
      assert.ok([400, 415].includes(status), `${types}: ${status}`);
    }
    assert.ok(!(await names()).includes('two types'));
  });
});

describe('what the workers trust', () => {
  const claims = () => [
    'X-Forwarded-For: 203.0.113.9', 'X-Real-IP: 203.0.113.9', 'Forwarded: for=203.0.113.9;proto=https;host=evil.example',
    'X-Forwarded-Proto: https', `X-Forwarded-Host: ${other.host}`, 'X-Forwarded-Port: 443', 'X-Forwarded-Ssl: on',
    'Claviger-Request-Id: 0123456789abcdef0123456789abcdef', 'X-Request-Id: 0123456789abcdef0123456789abcdef',
    `Claviger-Host: ${other.host}`, 'Claviger-Target: /v1/verify/guard', 'Request-Method: DELETE', 'Request-Scheme: https',
    'Remote-Addr: 203.0.113.9', 'X-Original-Url: /api/api-keys', 'X-Rewrite-Url: /api/api-keys', 'X-Http-Method-Override: DELETE',
    `CLAVIGER_HOST: ${other.host}`, 'CLAVIGER_TARGET: /api/api-keys', 'REMOTE_ADDR: 203.0.113.9', 'REQUEST_METHOD: DELETE',
    'X-Claviger-User: root', `X-Claviger-Tenant: ${other.slug}`, 'Proxy: http://evil.example', 'Script-Name: /x', 'Https: on',
  ];

  test('cannotBeSaidByAHeader', async () => {
    const text = await get('/login', claims());
    assert.deepEqual(statuses(text), [200]);
    assert.match(text, /set-cookie: claviger_visit=/i, 'not taken for https');
    assert.doesNotMatch(text, /evil\.example|203\.0\.113\.9|0123456789abcdef0123456789abcdef/);
    assert.equal(await statusOf('/v1/verify', [...claims(), keyHeader()]), 204);
    assert.equal(await statusOf('/v1/verify', claims()), 401);
    const me = await get('/v1/me', [...claims(), keyHeader()]);
    assert.ok(me.includes(`"${tenant.slug}"`) && !me.includes(other.slug));
  });

  test('isTheAddressOfTheConnectionAlone', async () => {
    await visitor.request('POST', '/api/api-keys', {
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.9', 'X-Real-IP': '203.0.113.9' },
      body: '{"name":"from here"}',
    });
    const socket = readFileSync(process.env.TEST_CONFIG, 'utf8').match(/^database\.socket = (.*)$/m)[1];
    const query = `SELECT DISTINCT address FROM claviger_t_${tenant.slug}.audit_events WHERE action <> 'user_created' AND request_id NOT LIKE 'tool%' AND address NOT LIKE 'tool%'`;
    const options = ['--no-defaults', `--socket=${socket}`, '--batch', '--skip-column-names', `--execute=${query}`];
    assert.equal(execFileSync('mariadb', options, { encoding: 'utf8' }).trim(), '127.0.0.1');
  });

  test('isNoHeaderWithAnUnderscore', async () => {
    for (const header of [`X_Api_Key: ${key.fullKey}`, `X_API_KEY: ${key.fullKey}`, `HTTP_X_API_KEY: ${key.fullKey}`])
      assert.equal(await statusOf('/v1/verify', [header]), 401, header);
    assert.equal(await statusOf('/v1/verify', [keyHeader(), `X_Api_Key: ${second.fullKey}`]), 204);
  });
});

describe('the host', () => {
  const verifyAt = (host, more) => statusOf('/v1/verify', [keyHeader()], { host, ...more });

  test('isTheTenantsInAnyCaseAndAtAnyPort', async () => {
    for (const host of [tenant.host, tenant.host.toUpperCase(), `${tenant.host}:80`, `${tenant.host}:65535`])
      assert.equal(await verifyAt(host), 204, host);
  });

  test('isNobodysWhereItIsAnythingElse', async () => {
    const hosts = ['127.0.0.1', `127.0.0.1:${service.port}`, '[::1]', 'localhost', `x.${tenant.host}`, `${tenant.host}.evil.example`,
      `${tenant.host}:80:80`, `${tenant.host}:x`, `${tenant.host}@evil.example`, `evil.example#${tenant.host}`, `*.localhost`, '.', '..', '%00',
      `${tenant.host}%2eevil`, `${tenant.host},${other.host}`, `"${tenant.host}"`, 'a'.repeat(300)];
    for (const host of hosts) assert.ok([400, 404].includes(await verifyAt(host)), host);
    assert.equal(await verifyAt(null), 400);
    assert.ok([400, 404].includes(await verifyAt('')));
    assert.equal(await verifyAt(other.host), 401, 'a sibling tenant');
  });

  test('withATrailingDotIsTheSameNameOrNobodys', async () => {
    const status = await verifyAt(`${tenant.host}.`);
    assert.ok([204, 404].includes(status), String(status));
  });

  test('ofAnAbsoluteTargetNeverMixesTwoTenants', async () => {
    assert.equal(await verifyAt(tenant.host, { target: `http://${tenant.host}/v1/verify` }), 204);
    for (const [host, target] of [[tenant.host, other.host], [other.host, tenant.host], ['evil.example', tenant.host]]) {
      const text = await get('', [keyHeader()], { host, target: `http://${target}/v1/me` });
      assert.ok([200, 400, 401, 404].includes(statuses(text)[0]), text);
      assert.ok(!text.includes(other.slug));
    }
  });
});

test('aKeyInTheQueryIsRefusedAndLoggedNowhere', async () => {
  const places = ['/v1/verify?key=', '/v1/me?a=b&api_key=', '/v1/verify?', '/v1/verify?x=%20', '/v1/me?Authorization=Bearer%20', '/v1/verify/guard?k='];
  for (const place of places) {
    const status = await statusOf('', [keyHeader()], { target: place + key.fullKey });
    assert.equal(status, place.includes('guard') ? 403 : 400, place);
  }
  assert.ok(!service.logs().includes(key.fullKey.slice(8)));
});
