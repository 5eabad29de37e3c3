// A guard on another host than a Claviger that serves TLS: the two pairs of nginx/README.md, and a pair that does not
// fit.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { makeAuthority, makeCertificate } from '../support/certificates.mjs';
import { freePort } from '../support/http.mjs';
import { root } from '../support/launcher.mjs';
import { siteWithTls, startSite } from '../support/nginx.mjs';
import { stop } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

let service;
let tenant;
let other;
let key;
let ports;
let authorities;

before(async () => {
  service = await startService();
  tenant = service.tenant();
  other = service.tenant();
  key = await (await service.signedIn(tenant, service.user(tenant))).createKey('Guarded');
  authorities = ['ca', 'stranger'].map((name) => makeAuthority(service.folder, name).certificate);
  const certificate = makeCertificate(service.folder, 'site', { ca: { certificate: authorities[0], key: join(service.folder, 'ca.key') }, names: `DNS:${tenant.host}` });
  ports = { http: await freePort(), https: await freePort() };
  const file = join(service.folder, 'nginx/nginx.conf');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\}\s*$/, `${siteWithTls(ports, tenant.host, certificate)}\n}\n`));
  await stop(service.nginx);
  await service.startNginx();
});
after(() => service?.stop());

// Runs the README's command, which prints the copy of the snippet for TLS.
function copyForTls(authority) {
  const [, command] = /^    (sed [^>]*nginx\/claviger_guard_http\.conf) >/m.exec(readFileSync(join(root, 'nginx/README.md'), 'utf8'));
  const copy = join(service.folder, `guard-${Math.random()}.conf`);
  const text = execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' });
  writeFileSync(copy, text.replace('/etc/ssl/certs/ca-certificates.crt', authority));
  return copy;
}

// Gives the status without a key, and with an active key of the tenant.
async function statuses(t, snippet, port, host = tenant.host) {
  const guarded = await startSite({
    http: `upstream claviger_http { server 127.0.0.1:${port}; keepalive 4; }`,
    server: `set $claviger_host ${host}; include ${snippet};
      location ^~ /reports/ { auth_request /_claviger_guard; proxy_pass http://127.0.0.1:${service.port}/healthz; }`,
  });
  t.after(() => guarded.stop());
  const ask = async (headers) => (await guarded.request({ path: '/reports/', headers })).status;
  return [await ask({}), await ask({ 'X-Api-Key': key.fullKey })];
}

const shipped = join(root, 'nginx/claviger_guard_http.conf');

test('opensOverTlsForAnActiveKeyAlone', async (t) => {
  assert.deepEqual(await statuses(t, copyForTls(authorities[0]), ports.https), [401, 200]);
});

test('opensOverHttpWhereClavigersNginxServesHttp', async (t) => {
  assert.deepEqual(await statuses(t, shipped, service.port), [401, 200]);
});

test('shutsOutEveryKeyWhereTheCertificateIsNotOfClaviger', async (t) => {
  assert.deepEqual(await statuses(t, copyForTls(authorities[1]), ports.https), [403, 403], 'another CA');
  assert.deepEqual(await statuses(t, copyForTls(authorities[0]), ports.https, other.host), [403, 403], 'another name');
});

test('shutsOutEveryKeyWhereHttpRedirectsToHttps', async (t) => {
  assert.deepEqual(await statuses(t, shipped, ports.http), [403, 403]);
});
