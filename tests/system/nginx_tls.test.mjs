// claviger_tls.conf is the shipped example of a whole site with TLS. With a certificate of its own it works unchanged.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { makeAuthority, makeCertificate } from '../support/certificates.mjs';
import { freePort, hiddenField } from '../support/http.mjs';
import { siteWithTls } from '../support/nginx.mjs';
import { stop } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

const outside = '127.0.0.9'; // behind a proxy of the test this stands for a client on another machine

let service;
let tenant;
let person;
let authority;
let ports;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  person = service.user(tenant);
  authority = makeAuthority(service.folder, 'ca');
  const certificate = makeCertificate(service.folder, 'site', { ca: authority, names: `DNS:${tenant.host}` });
  ports = { http: await freePort(), https: await freePort() };
  const file = join(service.folder, 'nginx/nginx.conf');
  const site = siteWithTls(ports, tenant.host, certificate);
  const whole = readFileSync(file, 'utf8');
  // A plain server beside it, as an operator may have left one. There a client may state its own address.
  const plain = whole.replace('include claviger_server.conf;', 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address; include claviger_server.conf;');
  writeFileSync(file, plain.replace(/\}\s*$/, `${site}\n}\n`));
  await stop(service.nginx);
  await service.startNginx();
});

after(() => service?.stop());

// curl supports HTTP/2; node's http does not.
function curl(...args) {
  const resolve = [ports.https, ports.http].flatMap((port) => ['--resolve', `${tenant.host}:${port}:127.0.0.1`]);
  const { stdout, stderr, status } = spawnSync('curl', ['-sS', '--cacert', authority.certificate, ...resolve, ...args], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const site = () => `https://${tenant.host}:${ports.https}`;

test('http leads to https, whatever was asked', () => {
  const answer = curl('-o', '/dev/null', '-w', '%{http_code} %{redirect_url}', `http://${tenant.host}:${ports.http}/settings/api-keys?q=x`);
  assert.equal(answer, `308 https://${tenant.host}/settings/api-keys?q=x`);
});

test('the site speaks HTTP/2, and TLS 1.2 at least', () => {
  assert.equal(curl('-o', '/dev/null', '-w', '%{http_version} %{http_code}', `${site()}/login`), '2 200');
  const old = spawnSync('curl', ['-sS', '--tls-max', '1.1', '--cacert', authority.certificate, '--resolve', `${tenant.host}:${ports.https}:127.0.0.1`, site()]);
  assert.notEqual(old.status, 0);
});

test('a person signs in over HTTP/2 and makes a key that opens verify', () => {
  const jar = join(service.folder, 'jar');
  const csrf = hiddenField(curl('-c', jar, `${site()}/login`), 'csrf');
  const head = curl('-b', jar, '-c', jar, '-D', '-', '-o', '/dev/null', '-H', `Origin: ${site()}`, '--data-urlencode', `csrf=${csrf}`, '--data-urlencode', `email=${person.email}`, '--data-urlencode', `password=${person.password}`, `${site()}/login`);
  assert.match(head, /^HTTP\/2 303/);
  assert.match(head, /__Host-[^\n]*; Secure/i);
  assert.match(head, /strict-transport-security: max-age=31536000/);
  const { fullKey } = JSON.parse(curl('-b', jar, '-H', `Origin: ${site()}`, '-H', 'Content-Type: application/json', '-d', '{"name":"over TLS"}', `${site()}/api/api-keys`));
  assert.equal(curl('-o', '/dev/null', '-w', '%{http_code}', '-H', `Authorization: Bearer ${fullKey}`, `${site()}/v1/verify`), '204');
});

test('a sign-in over plain http from another machine is refused before anything happens', async () => {
  const attempts = () => service.sql(`SELECT COUNT(*) FROM claviger_t_${tenant.slug}.audit_events`);
  const before = String(attempts());
  const headers = { 'X-Test-Address': outside.replace('127', '203'), 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ csrf: 'x', email: person.email, password: person.password }).toString();
  for (const method of ['GET', 'POST']) {
    const answer = await service.request({ host: tenant.host, method, path: '/login', headers, body: method === 'POST' ? body : undefined });
    assert.equal(answer.status, 403, method);
    assert.match(answer.body, /Sign in over https/);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  assert.equal(String(attempts()), before, 'nothing was counted, since no password was looked at');
  assert.equal((await service.request({ host: tenant.host, path: '/login' })).status, 200, 'from this machine it is allowed');
});
