// `claviger doctor --guard` reports no problem of a sound guard. It finds each server that lets a request in without an
// active key, and one that refuses an active key.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { makeAuthority, makeCertificate } from '../support/certificates.mjs';
import { root } from '../support/launcher.mjs';
import { startSites } from '../support/nginx.mjs';
import { startService } from '../support/service.mjs';

const guard = join(root, 'nginx/claviger_guard.conf');
const guarded = (more = '') => `location ^~ /reports/ { ${more} auth_request /_claviger_guard; proxy_pass http://behind; }`;

let service;
let nginx;
let keyFile;
let authority;

// The lines of each server, and the expected finding: check, severity, pattern. A server without `found` is sound.
const servers = {
  sound: { lines: (name) => `${name} include ${guard}; ${guarded()}` },
  unguarded: { lines: (name) => `${name} include ${guard}; location ^~ /reports/ { proxy_pass http://behind; }`, found: ['guard_without_key', 'serious', /GET with no key got 200/] },
  regex: {
    lines: (name) => `${name} include ${guard}; location /reports/ { auth_request /_claviger_guard; proxy_pass http://behind; } location ~ \\.php$ { return 404; }`,
    found: ['guard_paths', 'serious', /x\.php below it with no key got 404/],
  },
  answered: { lines: (name) => `${name} include ${guard}; location ^~ /reports/ { auth_request /_claviger_guard; return 200 "open"; }`, found: ['guard_without_key', 'serious', /got 200/] },
  rewritten: { lines: (name) => `${name} rewrite ^/_claviger_guard /open last; include ${guard}; location = /open { return 200; } ${guarded()}`, found: ['guard_wrong_key', 'serious', /a dead key got 200/] },
  satisfied: { lines: (name) => `${name} include ${guard}; ${guarded('satisfy any; allow 127.0.0.1;')}`, found: ['guard_without_key', 'serious', /got 200/] },
  methods: { lines: (name) => `${name} include ${guard}; ${guarded('if ($request_method = POST) { return 201; }')}`, found: ['guard_methods', 'serious', /POST with no key got 201/] },
  preflights: { lines: (name) => `${name} include ${guard}; ${guarded('if ($request_method = OPTIONS) { return 204; }')}`, found: ['guard_methods', 'warning', /OPTIONS with no key got 204/] },
  redirected: { lines: (name) => `${name} include ${guard}; location / { return 301 https://example.com$request_uri; }`, found: ['guard_without_key', 'serious', /got 301 to https:\/\/example\.com\/reports\//] },
  unreached: { lines: (name) => `${name} include ${brokenGuard()}; ${guarded()}`, found: ['guard_active_key', 'serious', /the active key got 403/], fix: /nginx's account.*error log/ },
  elsewhere: { lines: () => `set $claviger_host nowhere.example; include ${guard}; ${guarded()}`, found: ['guard_active_key', 'serious', /the active key got 403/], fix: /no tenant has the host \$claviger_host/ },
};

// The guard with the socket of another folder.
function brokenGuard() {
  const file = join(service.folder, 'broken_guard.conf');
  writeFileSync(file, readFileSync(guard, 'utf8').replace('fastcgi_pass claviger;', `fastcgi_pass unix:${service.folder}/no.sock;`));
  return file;
}

before(async () => {
  service = await startService();
  const tenant = service.tenant();
  const visitor = await service.signedIn(tenant, service.user(tenant));
  const key = await visitor.createKey('Doctor');
  keyFile = join(service.folder, 'key');
  writeFileSync(keyFile, `${key.fullKey}\n`, { mode: 0o600 });
  authority = makeAuthority(service.folder, 'ca');
  const { certificate, key: privateKey } = makeCertificate(service.folder, 'site', { ca: authority, names: 'IP:127.0.0.1,DNS:guarded.localhost' });
  const name = `set $claviger_host ${tenant.host};`;
  nginx = await startSites({
    http: `upstream claviger { server unix:${service.socket}; } upstream behind { server 127.0.0.1:${service.port}; }
      proxy_set_header Host ${tenant.host}; proxy_method GET;
      ssl_certificate ${certificate}; ssl_certificate_key ${privateKey};
      server { listen 127.0.0.1:${service.port + 1} ssl; ${name} include ${guard}; ${guarded()} }`,
    servers: Object.values(servers).map(({ lines }) => lines(name).replaceAll('http://behind', 'http://behind/healthz')),
  });
});

after(async () => {
  await nginx?.stop();
  await service?.stop();
});

// Runs the tool without blocking this process.
function doctor(...args) {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'build/cli/claviger'), ['doctor', ...args]);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (said[name] += chunk));
    child.on('close', (status) => resolve({ status, ...said }));
  });
}

const addressOf = (name) => `http://127.0.0.1:${nginx.ports[Object.keys(servers).indexOf(name)]}/reports/`;

for (const [name, { found, fix = /./ }] of Object.entries(servers)) {
  test(`a server that is ${name}`, async () => {
    const { status, stdout } = await doctor('--json', '--guard', addressOf(name), '--key-file', keyFile);
    const { findings } = JSON.parse(stdout);
    const bad = findings.filter(({ severity }) => severity !== 'ok');
    assert.equal(status, found?.[1] === 'serious' ? 1 : 0, stdout);
    if (!found) return assert.deepEqual(bad, []);
    const finding = bad.find(({ check }) => check === found[0]);
    assert.equal(finding?.severity, found[1], stdout);
    assert.match(finding.message, found[2]);
    assert.match(finding.fix, fix);
  });
}

test('a sound guard without an active key', async () => {
  const { status, stdout } = await doctor('--guard', addressOf('sound'));
  assert.equal(status, 0);
  assert.match(stdout, /^ok +guard_without_key: /m);
  assert.doesNotMatch(stdout, /active/);
});

test('a guard that refuses everybody is told without an active key too', async () => {
  for (const [name, fix] of [['unreached', /nginx's account.*error log/], ['elsewhere', /no tenant has the host \$claviger_host/]]) {
    const { status, stdout } = await doctor('--json', '--guard', addressOf(name));
    assert.equal(status, 0, stdout);
    const bad = JSON.parse(stdout).findings.filter(({ severity }) => severity !== 'ok');
    assert.deepEqual(bad.map(({ check, severity }) => [check, severity]), [['guard_closed', 'warning']]);
    assert.match(bad[0].message, /403.*401.*no client gets in/);
    assert.match(bad[0].fix, fix);
  }
});

test('a return in the guarded location has one remedy', async () => {
  const { stdout } = await doctor('--json', '--guard', addressOf('answered'));
  const bad = JSON.parse(stdout).findings.filter(({ severity }) => severity !== 'ok');
  const remedies = bad.map(({ fix }) => fix).filter((fix) => !fix.startsWith('See guard_without_key'));
  assert.equal(remedies.length, 1, stdout);
  assert.match(remedies[0], /Take "return"/);
  assert.doesNotMatch(stdout, /cache|location \^~/);
});

test('a name below .localhost is this machine, as for browsers and curl', async () => {
  const { port } = new URL(addressOf('sound'));
  const { status, stdout } = await doctor('--guard', `http://acme.localhost:${port}/reports/`, '--key-file', keyFile);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^ok +guard_active_key: /m);
  const secure = `localhost:${service.port + 1}/reports/`;
  const known = await doctor('--guard', `https://guarded.${secure}`, '--tls-ca', authority.certificate, '--key-file', keyFile);
  assert.equal(known.status, 0, known.stdout);
  const other = await doctor('--guard', `https://other.${secure}`, '--tls-ca', authority.certificate);
  assert.equal(other.status, 1);
  assert.match(other.stdout, /no answer: .*certificate/i);
});

test('an address over TLS is verified', async () => {
  const address = `https://127.0.0.1:${service.port + 1}/reports/`;
  const unknown = await doctor('--guard', address);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stdout, /no answer: .*certificate/i);
  const known = await doctor('--guard', address, '--tls-ca', authority.certificate, '--key-file', keyFile);
  assert.equal(known.status, 0, known.stdout);
});

test('a server that is not there, or never answers', { timeout: 60_000 }, async (t) => {
  const gone = await doctor('--guard', 'http://127.0.0.1:1/');
  assert.equal(gone.status, 1);
  assert.match(gone.stdout, /no answer: /);
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const child = spawn(join(root, 'build/cli/claviger'), ['doctor', '--guard', `http://127.0.0.1:${silent.address().port}/`]);
  t.after(() => child.kill());
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(child.exitCode, null, 'it waits, for at most 10 s a request');
});

test('nonsense is refused, and no key is repeated', async () => {
  const open = join(service.folder, 'open-key');
  writeFileSync(open, `pk_live_${'0'.repeat(38)}\n`);
  chmodSync(open, 0o644);
  const noKey = join(service.folder, 'no-key');
  writeFileSync(noKey, 'hunter2hunter2\n', { mode: 0o600 });
  const address = addressOf('sound');
  for (const [args, why] of [
    [['--guard', 'ftp://example.com/'], /http:\/\/ or https:\/\//],
    [['--guard', 'https://user:secret@example.com/'], /no user/],
    [['--guard', 'https://example.com/?a=b'], /no query/],
    [['--guard', 'https:///x'], /no host|no URL/],
    [['--guard', address, '--key-file', open], /chmod/],
    [['--guard', address, '--key-file', noKey], /holds no whole API key/],
    [['--guard', address, '--key-file', join(service.folder, 'missing')], /missing/],
    [['--guard', `https://127.0.0.1/`, '--tls-ca', noKey], /--tls-ca/],
    [['--key-file', keyFile], /--guard/],
  ]) {
    const { status, stderr } = await doctor(...args);
    assert.equal(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, why);
    assert.doesNotMatch(stderr, /hunter2|pk_live_|secret@/);
  }
});

test('the launcher needs no configuration for it', async () => {
  const child = spawn(join(root, 'claviger'), ['doctor', '--guard', addressOf('sound')], { env: { ...process.env, CLAVIGER_VAR: join(service.folder, 'none') } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, /claviger\.conf/);
});
