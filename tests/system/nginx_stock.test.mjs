// Debian's own nginx.conf with nothing but the two includes of Claviger: all promises of nginx/ hold there too.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { startPeer } from '../support/fastcgi_peer.mjs';
import { startShipped } from '../support/nginx.mjs';
import { until } from '../support/processes.mjs';

// The file of the package. On a machine where it was changed, TEST_STOCK_NGINX names an unchanged copy.
process.env.TEST_STOCK_NGINX ??= '/etc/nginx/nginx.conf';

let nginx;
let peer;
before(async () => {
  nginx = await startShipped();
  peer = await startPeer(nginx.socket, () => `Status: 200\r\nContent-Type: text/html\r\n\r\n${'page '.repeat(2000)}`);
});
after(async () => {
  await peer?.stop();
  await nginx?.stop();
});

const files = ['nginx_errors', 'nginx_headers', 'nginx_params', 'hostile_http', 'first_key'];

for (const file of files) {
  test(`${file} holds with Debian's nginx.conf`, async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--test', join(root, `tests/system/${file}.test.mjs`)], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 0, said.split('\n').filter((line) => /not ok|error:|!==/.test(line)).join('\n'));
    assert.match(said, /^(?:#|ℹ) pass [1-9]/m);
  });
}

test('the configuration is the package’s, with what a test changes', () => {
  const stock = readFileSync(process.env.TEST_STOCK_NGINX, 'utf8');
  assert.match(stock, /^\s*access_log \/var\/log\/nginx\/access\.log;$/m);
  assert.match(stock, /^\s*gzip on;$/m);
  const used = readFileSync(join(nginx.folder, 'nginx/nginx.conf'), 'utf8');
  for (const line of ['sendfile on;', 'tcp_nopush on;', 'gzip on;', 'stock-access.log']) assert.ok(used.includes(line), line);
});

test('no page is compressed', async () => {
  for (const path of ['/login', '/settings/api-keys', '/api/api-keys']) {
    const answer = await nginx.request({ path, headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-encoding'], undefined, path);
  }
});

test('no log has a query, a referrer with one, or the address of a secret', async () => {
  const secret = 'hidden-words';
  const places = [
    { path: `/login?callbackUrl=${secret}` },
    { path: `/v1/me?x=${secret}`, headers: { Referer: `http://acme.localhost/?${secret}` } },
    { path: '/v1/me', headers: { Referer: `http://acme.localhost/?${secret}` } },
    { path: `/static/x.css?${secret}` },
    { path: `/v1/me?${secret}`, method: 'POST', body: 'x'.repeat(70_000) },
    { path: `/login?${secret}${'x'.repeat(20_000)}` },
  ];
  for (const place of places) await nginx.request(place).catch(() => undefined);
  await peer.stop(); // nginx logs errors now
  for (const place of places) await nginx.request(place).catch(() => undefined);
  await nginx.request({ path: '/v1/me' });
  peer = await startPeer(nginx.socket, () => 'Status: 204\r\n\r\n');
  const logs = Object.fromEntries(readdirSync(join(nginx.folder, 'log')).map((name) => [name, readFileSync(join(nginx.folder, 'log', name), 'utf8')]));
  assert.equal(logs['stock-access.log'], '', 'the inherited log has no line of this server');
  assert.match(logs['nginx-error.log'], /GET \/v1\/me HTTP/, 'other errors are logged');
  for (const [name, text] of Object.entries(logs)) assert.ok(!text.includes(secret), `${basename(name)}: ${text.split('\n').find((line) => line.includes(secret))}`);
});

test('a path has at most 200 bytes in the log', async () => {
  await nginx.request({ path: `/${'p'.repeat(5000)}` });
  // nginx writes the line after the response.
  const path = await until('the line of the request', () =>
    readFileSync(join(nginx.folder, 'log/access.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line).path).find((logged) => logged.startsWith('/ppp')));
  assert.equal(path, `/${'p'.repeat(199)}`);
});
