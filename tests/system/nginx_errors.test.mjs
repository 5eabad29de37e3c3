// nginx's own errors: API clients get problem documents, people get a page. None of these answers needs a worker.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { raw } from '../support/http.mjs';
import { startPeer } from '../support/fastcgi_peer.mjs';
import { startShipped } from '../support/nginx.mjs';

let nginx;
let peer;

before(async () => {
  nginx = await startShipped();
  peer = await startPeer(nginx.socket, () => undefined);
});

after(async () => {
  await peer.stop();
  await nginx.stop();
});

function assertProblem(answer, status, code) {
  assert.equal(answer.status, status);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const problem = answer.json();
  assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'detail', 'error', 'code', 'requestId']);
  assert.equal(problem.type, 'about:blank');
  assert.equal(problem.status, status);
  assert.equal(problem.code, code);
  assert.equal(problem.error, problem.detail);
  assert.equal(problem.requestId, answer.headers['x-request-id']);
}

// A raw answer in the form that assertProblem takes.
function parsed(text) {
  const [head, body] = text.split(/\r\n\r\n(.*)/s);
  const [first, ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(/: (.*)/s).slice(0, 2)));
  return { status: Number(first.split(' ')[1]), headers, body, json: () => JSON.parse(body) };
}

const line = (path) => `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n`;

for (const path of ['/api/api-keys', '/v1/me', '/api', '/v1?x=1', '/v1/verify']) {
  test(`answers413AsAProblemAt ${path}`, async () => {
    const seen = peer.requests.length;
    const body = 'x'.repeat(64 * 1024 + 1);
    assertProblem(await nginx.request({ method: 'POST', path, body }), 413, 'body_too_large');
    assert.equal(peer.requests.length, seen, 'the workers must not see it');
  });
}

test('answers413AsAProblemForAChunkedBody', async () => {
  const headers = { 'Transfer-Encoding': 'chunked' };
  const answer = await nginx.request({ method: 'POST', path: '/api/api-keys', headers, body: 'x'.repeat(70 * 1024) });
  assertProblem(answer, 413, 'body_too_large');
});

test('answers413AsAPageElsewhere', async () => {
  const answer = await nginx.request({ method: 'POST', path: '/login', body: 'x'.repeat(64 * 1024 + 1) });
  assert.equal(answer.status, 413);
  assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(answer.body, new RegExp(`<code>${answer.headers['x-request-id']}</code>`));
});

test('decidesByTheRawPath', async () => {
  const body = 'x'.repeat(64 * 1024 + 1);
  for (const path of ['/x/../api/api-keys', '//api/api-keys', '/%61pi/api-keys', '/apis', '/static/../v1/me'])
    assert.match((await nginx.request({ method: 'POST', path, body })).headers['content-type'], /^text\/html/, path);
});

test('answers414AsAProblem', async () => {
  const answer = await raw(nginx.port, `${line(`/v1/me?${'q'.repeat(20_000)}`)}\r\n`);
  assertProblem(parsed(answer), 414, 'uri_too_long');
});

test('answers400AsAProblemForHeadersThatAreTooLarge', async () => {
  const answer = await raw(nginx.port, `${line('/v1/me')}X-Long: ${'h'.repeat(20_000)}\r\n\r\n`);
  assertProblem(parsed(answer), 400, 'bad_request');
});

test('answers400AsAProblemForARequestThatIsNotWellFormed', async () => {
  const twoHosts = await raw(nginx.port, `${line('/api/api-keys')}Host: other.localhost\r\n\r\n`);
  assertProblem(parsed(twoHosts), 400, 'bad_request');
  const badEscape = await raw(nginx.port, `${line('/v1/%zz')}\r\n`);
  assertProblem(parsed(badEscape), 400, 'bad_request');
  const noHost = await raw(nginx.port, 'GET /v1/me HTTP/1.1\r\nConnection: close\r\n\r\n');
  assertProblem(parsed(noHost), 400, 'bad_request');
});

test('answers405WithAllowForTrace', async () => {
  const answer = await nginx.request({ method: 'TRACE', path: '/v1/me' });
  assertProblem(answer, 405, 'method_not_allowed');
  assert.equal(answer.headers.allow, 'GET, HEAD');
});

test('answersNothingAtItsOwnInternalLocations', async () => {
  for (const path of ['/_claviger/problem', '/_claviger/page', '/_claviger/quiet'])
    assert.equal((await nginx.request({ path })).status, 404, path);
});

test('answers504AsAProblemWhenTheWorkersHang', async () => {
  const started = Date.now();
  assertProblem(await nginx.request({ path: '/v1/me' }), 504, 'timeout');
  assert.ok(Date.now() - started < 15_000);
});

test('answers502AsAProblemWithRetryAfterWhenTheWorkersAreGone', async () => {
  await peer.stop();
  const answer = await nginx.request({ path: '/api/api-keys' });
  assertProblem(answer, 502, 'unavailable');
  assert.equal(answer.headers['retry-after'], '1');
  const page = await nginx.request({ path: '/login' });
  assert.equal(page.status, 502);
  assert.match(page.headers['content-type'], /^text\/html/);
  peer = await startPeer(nginx.socket, () => undefined);
});
