// TLS ends in a second nginx before Claviger's. Claviger trusts the headers of that proxy, and of no other client.

import assert from 'node:assert/strict';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { makeAuthority, makeCertificate } from '../support/certificates.mjs';
import { freePort, hiddenField } from '../support/http.mjs';
import { startSites } from '../support/nginx.mjs';
import { startService } from '../support/service.mjs';

const proxyAddress = '127.0.0.9'; // from which the proxy connects

const lines = `set_real_ip_from ${proxyAddress};`;
const file = 'claviger_behind_proxy.conf';

let service;
let below; // as `service`, but with the include below that of claviger_server.conf
let unaware;
let proxies;
let authority;
let tenant;
let person;

before(async () => {
  service = await startService({}, { nginx: { lines: `${lines} include ${file};` } });
  below = await startService({}, { nginx: { lines, include: [file] } });
  unaware = await startService();
  tenant = service.tenant();
  person = service.user(tenant);
  authority = makeAuthority(service.folder, 'ca');
  const { certificate, key } = makeCertificate(service.folder, 'site', { ca: authority, names: `DNS:${tenant.host}` });
  const tlsPorts = [await freePort(), await freePort(), await freePort()];
  const before = (port, tls) => `listen 127.0.0.1:${tls} ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};
    location / { proxy_pass http://127.0.0.1:${port}; proxy_bind ${proxyAddress}; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; }`;
  proxies = await startSites({ http: '', servers: [service, unaware, below].map(({ port }, i) => before(port, tlsPorts[i])) });
  proxies.tls = tlsPorts;
});

after(async () => {
  await proxies?.stop();
  await unaware?.stop();
  await below?.stop();
  await service?.stop();
});

// One request over TLS to the proxy.
function ask(port, { method = 'GET', path, headers = {}, body, localAddress }) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: tenant.host, method, path, localAddress, ca: readFileSync(authority.certificate), headers: { Host: `${tenant.host}:${port}`, ...headers } };
    const sent = https.request(options, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function signIn(port, headers = {}, path = '/login') {
  const page = await ask(port, { path });
  const cookie = page.headers['set-cookie'].map((set) => set.split(';')[0]).join('; ');
  const fields = { csrf: hiddenField(page.body, 'csrf'), email: person.email, password: person.password };
  const origin = `https://${tenant.host}:${port}`;
  return ask(port, { method: 'POST', path: '/login', headers: { Cookie: cookie, Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams(fields).toString(), localAddress: '127.0.0.20' });
}

const addresses = () => service.sql(`SELECT DISTINCT address FROM claviger_t_${tenant.slug}.audit_events WHERE address <> '' AND action LIKE 'sign%'`);

test('a person signs in through the proxy, with their own address and secure cookies', async () => {
  const answer = await signIn(proxies.tls[0]);
  assert.equal(answer.status, 303, answer.body.slice(0, 300));
  const session = answer.headers['set-cookie'].find((set) => set.startsWith('__Host-'));
  assert.match(session, /; Secure/);
  assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
  assert.match(String(addresses()), /127\.0\.0\.20/);
});

// Requests with a query take another way through claviger_server.conf.
for (const [order, proxy] of [['above', 0], ['below', 2]]) {
  test(`a sign-in with a query is as secure, with the include ${order} claviger_server.conf`, async () => {
    const port = proxies.tls[proxy];
    const path = '/login?callbackUrl=%2Fsettings%2Fapi-keys';
    const page = await ask(port, { path });
    assert.equal(page.headers['strict-transport-security'], 'max-age=31536000');
    for (const set of page.headers['set-cookie']) assert.match(set, /^__Host-.*; Secure/);
    const answer = await signIn(port, { Referer: `https://${tenant.host}:${port}${path}` }, path);
    assert.equal(answer.status, 303, answer.body.slice(0, 300));
    assert.ok(answer.headers['set-cookie'].every((set) => /^__Host-.*; Secure/.test(set)));
  });
}

test('spoofed headers are not believed: through the proxy its own count, past it none', async () => {
  const through = await ask(proxies.tls[0], { path: '/healthz', headers: { 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '10.9.8.7' }, localAddress: '127.0.0.21' });
  assert.equal(through.headers['strict-transport-security'], 'max-age=31536000', 'the proxy’s scheme counts');
  const past = await service.request({ host: tenant.host, path: '/healthz', headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '10.9.8.7' }, localAddress: '127.0.0.22' });
  assert.equal(past.headers['strict-transport-security'], undefined);
  const many = await ask(proxies.tls[0], { path: '/healthz', headers: { 'X-Forwarded-Proto': ['http', 'http'] } });
  assert.equal(many.headers['strict-transport-security'], 'max-age=31536000');
});

test('the audit has the client’s address, whatever the client says', async () => {
  const spoofed = await signIn(proxies.tls[0], { 'X-Forwarded-For': '10.9.8.7', 'X-Real-IP': '10.9.8.7' });
  assert.equal(spoofed.status, 303);
  assert.doesNotMatch(String(addresses()), /10\.9\.8\.7/);
  assert.doesNotMatch(String(addresses()), new RegExp(proxyAddress));
});

test('without claviger_behind_proxy.conf the page and the log say what is missing', async () => {
  const foreign = unaware.tenant();
  unaware.mustTool(['tenant', 'list']);
  const origin = `https://${foreign.host}`;
  const form = await unaware.request({ host: foreign.host, method: 'POST', path: '/login', headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'csrf=x' });
  assert.equal(form.status, 403);
  assert.match(form.body, /claviger_behind_proxy\.conf/);
  const document = await unaware.request({ host: foreign.host, method: 'POST', path: '/api/api-keys', headers: { Origin: origin, 'Content-Type': 'application/json' }, body: '{"name":"x"}' });
  assert.equal(document.status, 401, 'without a session that comes first');
  assert.match(unaware.events('request').at(-2).cause, /scheme/);
  const stranger = await unaware.request({ host: foreign.host, method: 'POST', path: '/login', headers: { Origin: 'https://evil.example' }, body: '' });
  assert.doesNotMatch(stranger.body, /behind_proxy/);
});
