// The guards hold under any setting that the nginx around them makes for its own applications. Each row of the table is
// one server block with hostile lines. To test the next directive, add a row.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { behindTheDoor, handshake, startApplication } from '../support/application.mjs';
import { request } from '../support/http.mjs';
import { root } from '../support/launcher.mjs';
import { startSites } from '../support/nginx.mjs';
import { startService } from '../support/service.mjs';

// `lines` stand at the server level. `http`: they may stand at the http level too. `pages`: the server gives refusals a
// page of its own, with any status. `above`: the host is set above the include, which then serves one tenant only.
const rows = [
  { name: 'nothing' },
  { name: 'the host above the include', above: true },
  { name: 'a rewrite of a front controller', lines: 'if (!-e $request_filename) { rewrite ^(?!/reports/) /open last; }' },
  { name: 'a rewrite', lines: 'rewrite ^(?!/reports/) /open last;' },
  { name: 'a rewrite of the refusal', lines: 'rewrite ^/_claviger_refused /open last;' },
  { name: 'an answer to other paths', lines: 'if ($uri !~ ^/reports/) { return 204; }' },
  { name: 'variables of the guard that are set', lines: 'set $claviger_tenant ""; set $claviger_user ""; set $claviger_key_id "";' },
  {
    name: 'a cache that ignores what answers say',
    http: true,
    lines: `proxy_cache site; proxy_cache_key one; proxy_cache_valid any 10m; proxy_cache_methods GET HEAD POST;
      proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;
      fastcgi_cache fsite; fastcgi_cache_key one; fastcgi_cache_valid any 10m; fastcgi_cache_methods GET HEAD POST;
      fastcgi_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;`,
    guarded: 'proxy_cache off;',
  },
  { name: 'answers that are stored', lines: 'proxy_store on; fastcgi_store on;', guarded: 'proxy_store off;' },
  { name: 'a page for refusals', pages: true, lines: 'recursive_error_pages on; error_page 403 =200 /open;' },
  { name: 'a page for all errors', pages: true, lines: 'recursive_error_pages on; error_page 401 403 404 413 500 502 503 504 =200 /open;' },
  { name: 'small bodies', http: true, lines: 'client_max_body_size 1k;' },
  { name: 'a body and a method for proxies', http: true, lines: 'proxy_set_body "x=1"; proxy_method POST;', guarded: 'proxy_set_body $request_body; proxy_method GET;', bodies: false },
  { name: 'bodies that are not buffered', http: true, lines: 'proxy_request_buffering off; fastcgi_request_buffering off; proxy_buffering off; fastcgi_buffering off;' },
  {
    name: 'the next upstream after any answer',
    http: true,
    lines: `proxy_next_upstream error timeout invalid_header http_403 http_404 http_429 http_500 http_502 http_503 http_504 non_idempotent;
      fastcgi_next_upstream error timeout invalid_header http_403 http_404 http_429 http_500 http_503 non_idempotent;`,
  },
  { name: 'headers for all answers', http: true, lines: 'add_header X-Site yes always; expires max;' },
  { name: 'satisfy any', http: true, lines: 'satisfy any;' },
  { name: 'satisfy any, and no address', http: true, lines: 'satisfy any; deny all;' },
  { name: 'headers that are hidden', http: true, lines: 'proxy_hide_header X-Claviger-User; fastcgi_hide_header X-Claviger-User; proxy_hide_header X-Claviger-Tenant;' },
  { name: 'headers for applications', http: true, lines: 'proxy_set_header X-Api-Key ""; proxy_set_header Authorization ""; fastcgi_param HTTP_X_API_KEY ""; fastcgi_param HTTP_AUTHORIZATION "";' },
  { name: 'no headers for applications', http: true, lines: 'proxy_pass_request_headers off; fastcgi_pass_request_headers off;', guarded: 'proxy_pass_request_headers on;' },
  { name: 'small buffers', http: true, lines: 'proxy_buffer_size 512; proxy_buffers 2 512; proxy_busy_buffers_size 512; fastcgi_buffer_size 512; fastcgi_buffers 2 512; fastcgi_busy_buffers_size 512;' },
  { name: 'large buffers', lines: 'proxy_buffer_size 512k; proxy_buffers 8 512k; proxy_busy_buffers_size 1m; fastcgi_buffer_size 512k; fastcgi_buffers 8 512k; fastcgi_busy_buffers_size 1m;' },
  { name: 'errors that are passed on', http: true, lines: 'proxy_intercept_errors off; fastcgi_intercept_errors off;' },
  { name: 'errors that are intercepted', http: true, lines: 'proxy_intercept_errors on; fastcgi_intercept_errors on;' },
  { name: 'the guard for the whole server', lines: 'auth_request /_claviger_guard;' },
  { name: 'a mirror', lines: 'mirror /open;' },
  { name: 'files first', lines: 'try_files /open =404;' },
  { name: 'slow answers', http: true, lines: 'proxy_limit_rate 100; fastcgi_limit_rate 100;', guarded: 'proxy_limit_rate 0;' },
  { name: 'ranges of everything', http: true, lines: 'proxy_force_ranges on; fastcgi_force_ranges on;', guarded: 'proxy_force_ranges off;' },
  { name: 'headers with underscores', lines: 'underscores_in_headers on; ignore_invalid_headers off;' },
  { name: 'an address to connect from', http: true, lines: 'proxy_bind 192.0.2.1; fastcgi_bind 192.0.2.1;', guarded: 'proxy_bind off;' },
  { name: 'paths of programs', lines: 'fastcgi_index index.php; fastcgi_split_path_info ^(.+\\.php)(/.+)$;' },
  { name: 'filters of answers', http: true, lines: 'gzip on; gzip_proxied any; gzip_min_length 1; ssi on; if_modified_since before;' },
];

const dead = `pk_live_${'0'.repeat(38)}`;

let service;
let application;
let tenant;
let other;
let userId;
let key;
let old;
let theirKey;

before(async () => {
  service = await startService();
  application = await startApplication();
  tenant = service.tenant();
  const visitor = await service.signedIn(tenant, service.user(tenant));
  key = await visitor.createKey('Guarded');
  userId = (await service.request({ host: tenant.host, path: '/v1/me', headers: { 'X-Api-Key': key.fullKey } })).json().user.id;
  old = await visitor.createKey('Regenerated');
  assert.equal((await visitor.postJson(`/api/api-keys/${old.id}`)).status, 200);
  other = service.tenant();
  theirKey = await (await service.signedIn(other, service.user(other))).createKey('Of another tenant');
});

after(async () => {
  await application?.stop();
  await service?.stop();
});

// A server block whose whole site is guarded, but for /open. Two paths are for the keys of another tenant.
const serverOf = (snippet) => ({ lines = '', guarded = '', above = false }) => {
  const host = `set $claviger_host ${tenant.host};`;
  const others = `set $claviger_host ${other.host};`;
  const behind = `
    auth_request /_claviger_guard;
    client_max_body_size 100m;
    ${guarded}
    include ${join(root, 'nginx/claviger_guard_proxy_headers')};
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_http_version 1.1;
    proxy_pass http://application;`;
  return `
  root ${service.folder};
  ${above ? host : ''}
  include ${join(root, 'nginx', snippet)};
  ${above ? '' : host}
  if ($uri ~ ^/reports/by-path/) { ${others} }
  ${lines}
  location / { ${behind} }
  location /reports/by-location/ { ${others} ${behind} }
  location = /open { auth_request off; satisfy all; allow all; return 200 "a page for all"; }`;
};

// The http level: the upstream of the application, and the caches that some rows name, in folders that nginx may write
// to.
function httpOf(upstream) {
  const cache = join(dirname(service.config), 'cache');
  mkdirSync(cache, { recursive: true });
  return `upstream application { server 127.0.0.1:${application.port}; }
    proxy_cache_path ${cache} keys_zone=site:1m; fastcgi_cache_path ${cache}-f keys_zone=fsite:1m;  ${upstream}`;
}

const variants = [
  ['over FastCGI', 'claviger_guard.conf', (up) => `upstream claviger { server unix:${up ? service.socket : '/nonexistent.sock'}; keepalive 4; }`],
  ['over HTTP', 'claviger_guard_http.conf', (up) => `upstream claviger_http { server 127.0.0.1:${up ? service.port : 1}; keepalive 4; }`],
];

const credentials = {
  none: () => ({}),
  malformed: () => ({ 'X-Api-Key': 'x' }),
  unknown: () => ({ 'X-Api-Key': dead }),
  dead: () => ({ Authorization: `Bearer ${old.fullKey}` }),
  live: () => ({ 'X-Api-Key': key.fullKey }),
  bearer: () => ({ Authorization: `Bearer ${key.fullKey}` }),
};

const opens = (credential) => credential === 'live' || credential === 'bearer';

// Sends a request with each credential in this order, and checks each answer.
async function askInOrder(port, order, row) {
  for (const [i, credential] of order.entries()) {
    const answer = await request({ port, path: '/reports/today?page=1', headers: credentials[credential]() });
    const what = `${credential}, number ${i + 1} of ${order.join('-')}: ${answer.status} ${answer.body.slice(0, 60)}`;
    if (opens(credential)) assert.equal(answer.body, `${behindTheDoor} 0 ${tenant.slug} ${userId} ${key.id}`, what);
    else assertClosed(answer, row, what, 401);
  }
}

function assertClosed(answer, row, what, status) {
  assert.ok(!answer.body.includes(behindTheDoor), what);
  assert.ok(row.pages ? answer.body === 'a page for all' || answer.status === status : answer.status === status, what);
}

// Sends the keys of both tenants to each path in turn: only those of its own tenant are let in.
async function keepsTenantsApart(port, row) {
  const ours = [key.fullKey, tenant.slug];
  const theirs = [theirKey.fullKey, other.slug];
  for (const [path, [own, slug], [foreign]] of [
    ['/reports/', ours, theirs],
    ['/reports/by-location/', theirs, ours],
    ['/reports/by-path/', theirs, ours],
    ['/reports/', ours, theirs],
  ]) {
    const answer = await request({ port, path, headers: { 'X-Api-Key': own } });
    assert.match(answer.body, new RegExp(`^${behindTheDoor} 0 ${slug} `), `${path}: ${answer.status}`);
    const refused = await request({ port, path, headers: { 'X-Api-Key': foreign } });
    assertClosed(refused, row, `${path} with a key of another tenant: ${refused.status}`, 401);
  }
}

// The name in each spelling that CGI and its successors take for it.
const spellings = ([first, ...parts]) => parts.reduce((heads, part) => heads.flatMap((head) => [`${head}-${part}`, `${head}_${part}`]), [first]);

async function tellsOnlyTheTruth(port) {
  const names = ['X-Claviger-Tenant', 'X-Claviger-User', 'X-Claviger-Key-Id'].flatMap((name) => spellings(name.split('-')));
  const forged = Object.fromEntries(names.map((name) => [name, 'root']));
  const answer = await request({ port, path: '/reports/', headers: { ...credentials.live(), ...forged } });
  assert.equal(answer.body, `${behindTheDoor} 0 ${tenant.slug} ${userId} ${key.id}`);
}

const orders = ['none live none malformed', 'live dead none unknown', 'dead bearer dead', 'malformed live malformed none'].map((order) => order.split(' '));
const large = Buffer.alloc(5 << 20, 'x');

async function staysShut(port, row) {
  for (const order of orders) await askInOrder(port, order, row);
}

async function letsThrough(port, row) {
  const post = (headers) => request({ port, method: 'POST', path: '/reports/', headers: { ...credentials.live(), ...headers }, body: large });
  if (row.bodies !== false) {
    for (const headers of [{ 'Content-Length': large.length }, { 'Transfer-Encoding': 'chunked' }]) {
      const answer = await post(headers);
      assert.match(answer.body, new RegExp(`^${behindTheDoor} ${large.length} `), `${Object.keys(headers)}: ${answer.status}`);
    }
    const refused = await request({ port, method: 'POST', path: '/reports/', headers: { 'Content-Length': large.length }, body: large }).catch(() => ({ status: 401, body: '' }));
    assertClosed(refused, row, `a body without a key: ${refused.status}`, 401);
  }
  const conditional = await request({ port, path: '/reports/', headers: { ...credentials.live(), 'If-None-Match': '*', 'If-Modified-Since': new Date().toUTCString(), Range: 'bytes=0-1' } });
  assert.match(conditional.body, new RegExp(`^${behindTheDoor}`), `conditional: ${conditional.status}`);
  assert.equal(await handshake(port, credentials.live()), 101);
  const shut = await handshake(port, {});
  assert.ok(row.pages ? shut !== 101 : shut === 401, `a handshake without a key: ${shut}`);
}

// The rows that stand together at the http level: no two of them set the same directive, but for those of headers and
// parameters.
function atHttpLevel() {
  const taken = new Set();
  return rows.filter(({ http, lines }) => {
    const names = http ? lines.match(/(?<=^|;\s*)\w+/g) : [];
    const free = names.length > 0 && names.every((directive) => !taken.has(directive) || /_header|_param/.test(directive));
    if (free) for (const directive of names) taken.add(directive);
    return free;
  });
}

for (const [name, snippet, upstream] of variants) {
  test(`the guard ${name} holds beside all lines of the http level together`, async (t) => {
    const chosen = atHttpLevel();
    assert.ok(chosen.length > 10);
    const all = chosen.map(({ lines }) => lines).join('\n');
    const guarded = chosen.map((row) => row.guarded ?? '').join(' ');
    const site = await startSites({ http: `${httpOf(upstream(true))} ${all}`, servers: [serverOf(snippet)({ guarded })] });
    t.after(() => site.stop());
    const row = { bodies: chosen.every(({ bodies }) => bodies !== false) };
    await staysShut(site.ports[0], row);
    await letsThrough(site.ports[0], row);
  });

  describe(`the guard ${name}, beside`, () => {
    let up;
    let down;
    before(async () => {
      const servers = rows.map(serverOf(snippet));
      up = await startSites({ http: httpOf(upstream(true)), servers });
      down = await startSites({ http: httpOf(upstream(false)), servers });
    });
    after(async () => {
      await up?.stop();
      await down?.stop();
    });

    for (const [i, row] of rows.entries()) {
      test(`${row.name}: shut without an active key`, () => staysShut(up.ports[i], row));
      test(`${row.name}: lets an active key through`, () => letsThrough(up.ports[i], row));
      test(`${row.name}: tells the owner, whatever the client says`, () => tellsOnlyTheTruth(up.ports[i]));
      if (!row.above) test(`${row.name}: keeps two tenants apart`, () => keepsTenantsApart(up.ports[i], row));
      test(`${row.name}: shut while Claviger is down`, async () => {
        for (const credential of Object.keys(credentials)) {
          const answer = await request({ port: down.ports[i], path: '/reports/', headers: credentials[credential]() });
          assertClosed(answer, row, `${credential}: ${answer.status} ${answer.body.slice(0, 60)}`, 403);
        }
      });
    }
  });
}
