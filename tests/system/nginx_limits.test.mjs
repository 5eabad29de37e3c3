// claviger_limits.conf: an address with too many requests gets 429 in the form that it reads. Other addresses go on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startPeer } from '../support/fastcgi_peer.mjs';
import { startShipped } from '../support/nginx.mjs';

let nginx;
let peer;
before(async () => {
  nginx = await startShipped({ include: ['claviger_limits.conf'] });
  peer = await startPeer(nginx.socket, () => 'Status: 200\r\nContent-Type: text/plain\r\n\r\nfine');
});
after(async () => {
  await peer?.stop();
  await nginx?.stop();
});

// `count` requests from one address, a hundred at a time.
async function flood(count, localAddress, options) {
  const seen = peer.requests.length;
  const answers = [];
  while (answers.length < count) {
    const next = [...Array(Math.min(100, count - answers.length))];
    answers.push(...(await Promise.all(next.map(() => nginx.request({ localAddress, ...options })))));
  }
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(answers.filter(({ status }) => status === 200).length + refused.length, count);
  assert.equal(peer.requests.length - seen, count - refused.length, 'the workers see none that is refused');
  return { answers, refused };
}

test('sign-ins of one address are limited, as a page', async () => {
  const { refused } = await flood(100, '127.0.1.1', { method: 'POST', path: '/login' });
  assert.ok(refused.length >= 30 && refused.length <= 40, `${refused.length} refused`);
  const [{ headers, body }] = refused;
  assert.match(headers['content-type'], /^text\/html/);
  assert.equal(headers['retry-after'], '5');
  assert.match(body, /Too many requests came from your address/);
});

test('another spelling of the sign-in is no way around', async () => {
  for (const path of ['/login?x=1', 'http://acme.localhost/login']) {
    const { refused } = await flood(100, path.startsWith('/') ? '127.0.1.2' : '127.0.1.3', { method: 'POST', path });
    assert.ok(refused.length >= 30, path);
  }
});

test('an office of fifty signs in at once', async () => {
  assert.equal((await flood(50, '127.0.1.4', { method: 'POST', path: '/login' })).refused.length, 0);
});

test('requests of one address are limited, as a problem document', async () => {
  const { refused } = await flood(900, '127.0.1.5', { path: '/v1/me' });
  assert.ok(refused.length >= 100, `${refused.length} refused`);
  const problem = refused[0].json();
  assert.deepEqual([problem.status, problem.code, refused[0].headers['retry-after']], [429, 'too_many_requests', '5']);
  assert.equal((await nginx.request({ localAddress: '127.0.1.6', path: '/v1/me' })).status, 200, 'another address');
});

test('verify and health have no limit: another nginx asks for many', async () => {
  for (const path of ['/v1/verify', '/v1/verify/guard', '/healthz', '/readyz'])
    assert.equal((await flood(600, '127.0.1.7', { path })).refused.length, 0, path);
});
