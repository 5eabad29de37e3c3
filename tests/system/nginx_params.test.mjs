// The parameters that nginx sends to the workers with a request, and the contents of its logs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { startPeer } from '../support/fastcgi_peer.mjs';
import { startShipped } from '../support/nginx.mjs';
import { until } from '../support/processes.mjs';

const fullKey = `pk_live_${'Ab3'.repeat(12)}xy`;
const ok = 'Status: 200\r\nContent-Type: text/plain\r\nX-Request-Id: of-the-worker\r\n\r\nfine';

let nginx;
let peer;

before(async () => {
  nginx = await startShipped();
  peer = await startPeer(nginx.socket, () => ok);
});

after(async () => {
  await peer.stop();
  await nginx.stop();
});

// Sends a request, and returns it as the workers saw it.
async function seen(options) {
  const answer = await nginx.request({ host: 'acme.localhost', ...options });
  assert.equal(answer.status, 200);
  const { params, body, keep } = peer.requests.at(-1);
  return { answer, params, body, keep, param: (name) => params.filter(([n]) => n === name).map(([, value]) => value) };
}

const accessLines = () => readFileSync(`${nginx.folder}/log/access.log`, 'utf8').trim().split('\n');
const logs = () => accessLines().join('\n') + readFileSync(`${nginx.folder}/log/nginx-error.log`, 'utf8');

const own = ['REQUEST_METHOD', 'REQUEST_SCHEME', 'REMOTE_ADDR', 'CONTENT_TYPE', 'CONTENT_LENGTH',
  'CLAVIGER_TARGET', 'CLAVIGER_HOST', 'CLAVIGER_SERVER', 'CLAVIGER_REQUEST_ID'];

for (const path of ['/', '/v1/verify', '/api/api-keys', `/login?next=${fullKey}`]) {
  test(`namesEachParameterOnceAt ${path}`, async () => {
    const { params, keep } = await seen({ path });
    const names = params.map(([name]) => name).filter((name) => !name.startsWith('HTTP_'));
    assert.deepEqual(names.sort(), [...own].sort());
    assert.equal(keep, true, 'the connection is kept');
  });
}

test('handsOnTheRawTarget', async () => {
  for (const path of ['/v1//verify', '/a/../v1/verify?x=%2e', '/%61pi/api-keys', '/v1/verify?', '/static-not'])
    assert.deepEqual((await seen({ path })).param('CLAVIGER_TARGET'), [path]);
});

test('handsOnMethodSchemeAddressHostAndBody', async () => {
  const headers = { 'Content-Type': 'application/json' };
  const { param, body, answer } = await seen({ method: 'POST', path: '/api/api-keys', headers, body: '{"name":"x"}' });
  assert.deepEqual(param('REQUEST_METHOD'), ['POST']);
  assert.deepEqual(param('REQUEST_SCHEME'), ['http']);
  assert.deepEqual(param('REMOTE_ADDR'), ['127.0.0.1']);
  assert.deepEqual(param('CLAVIGER_HOST'), ['acme.localhost']);
  assert.deepEqual(param('CONTENT_TYPE'), ['application/json']);
  assert.deepEqual(param('CONTENT_LENGTH'), ['12']);
  assert.deepEqual(param('CLAVIGER_REQUEST_ID'), [answer.headers['x-request-id']]);
  assert.equal(body, '{"name":"x"}');
});

test('sendsNoBodyToVerify', async () => {
  const { param, body } = await seen({ method: 'POST', path: '/v1/verify', body: 'x'.repeat(20_000) });
  assert.deepEqual(param('CONTENT_LENGTH'), ['']);
  assert.equal(body, '');
});

test('takesNoParameterFromTheClient', async () => {
  const headers = {
    'Claviger-Target': '/v1/forged',
    CLAVIGER_TARGET: '/v1/forged',
    'X-Request-Id': 'forged',
    'Claviger-Request-Id': 'forged',
    Proxy: 'http://forged',
  };
  const { param, answer } = await seen({ path: '/v1/me', headers });
  assert.deepEqual(param('CLAVIGER_TARGET'), ['/v1/me']);
  assert.match(param('CLAVIGER_REQUEST_ID')[0], /^[0-9a-f]{32}$/);
  assert.deepEqual(answer.all('x-request-id'), param('CLAVIGER_REQUEST_ID'));
});

test('bodiesAndAnswersNeverLieInTemporaryFiles', async () => {
  await seen({ method: 'POST', path: '/api/api-keys', headers: { 'Transfer-Encoding': 'chunked' }, body: 'x'.repeat(65_536) });
  assert.doesNotMatch(logs(), /buffered to a temporary file/);
});

test('logsThePathAndNothingOfTheQuery', async () => {
  const { answer } = await seen({ path: '/settings/api-keys?q=hidden-words' });
  const line = await until('the line of the request', () => accessLines().find((logged) => logged.includes(answer.headers['x-request-id'])));
  const { requestId, path, status, method } = JSON.parse(line);
  assert.deepEqual(
    { requestId, path, status, method },
    { requestId: answer.headers['x-request-id'], path: '/settings/api-keys', status: 200, method: 'GET' },
  );
  assert.doesNotMatch(line, /hidden-words/);
});

test('logsNoKeyWhereverTheClientPutsIt', async () => {
  const places = [
    { path: `/v1/verify?api_key=${fullKey}` },
    { path: `/v1/verify/${fullKey}` },
    { path: `/v1/verify?key=${fullKey.replaceAll('_', '%5f')}` },
    { path: '/v1/verify', headers: { Authorization: `Bearer ${fullKey}`, 'X-Api-Key': fullKey } },
    { path: '/v1/verify', headers: { Referer: `http://acme.localhost/?k=${fullKey}` } },
    { path: `/static/none?k=${fullKey}` },
    { path: `/v1/me?k=${fullKey}`, method: 'POST', body: 'x'.repeat(70_000) },
  ];
  for (const place of places) await nginx.request(place);
  await peer.stop(); // nginx now logs errors, with the request line
  for (const place of places) await nginx.request(place);
  await nginx.request({ path: '/v1/me' });
  peer = await startPeer(nginx.socket, () => ok);

  assert.match(logs(), /GET \/v1\/me HTTP/, 'other errors are logged');
  assert.ok(!logs().includes(fullKey.slice(12)), 'no log holds the key');
  assert.ok(!logs().includes('live%5f'));
});
