// A tenant leaves and comes back whole. No dead key becomes active again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { program, startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const password = 'correct horse battery staple';
const gone = '0\t0\t0\t0';

let tool, service;
let count = 0;

before(async () => {
  tool = await startTool();
  assert.equal(tool.run('migrate').status, 0);
  service = await startService(tool.database.settings);
});
after(async () => {
  await service?.stop();
  await tool?.stop();
});

const sql = (text) => tool.database.sql(text);
const schemaOf = (slug) => `claviger_t_${slug.replaceAll('-', '_')}`;
const rowsOf = (slug, table) => sql(`SELECT * FROM ${schemaOf(slug)}.${table} ORDER BY 1, 2`);
const keysOf = (slug) => tool.run('key', 'list', '--tenant', slug, '--quiet').stdout;
const statusOf = (slug) => tool.json('tenant', 'show', slug).document.tenant.status;

function fresh() {
  count += 1;
  const slug = `x${count}-y`;
  const host = `${slug}.localhost`;
  assert.equal(tool.run('tenant', 'create', slug, '--host', host, '--name', 'Acme “Ü” Inc').status, 0);
  const args = ['user', 'create', '--tenant', slug, '--email', email, '--password-stdin'];
  assert.equal(tool.run({ input: `${password}\n` }, ...args).status, 0);
  const { document } = tool.json('key', 'create', '--tenant', slug, '--email', email, '--name', 'Scripts');
  return { slug, host, key: document.key, file: join(tool.database.folder, `${slug}.json`) };
}

function drop({ slug, file }, into = file) {
  const answer = tool.run('tenant', 'drop', slug, '--confirm', slug, '--export', into);
  assert.equal(answer.status, 0, answer.stderr);
}

// The numbers of its schemas, tenant rows and hosts, and of all unfinished transfers.
const left = ({ slug, host }) =>
  sql(`SELECT (SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '${schemaOf(slug)}'),
    (SELECT COUNT(*) FROM claviger.tenants WHERE slug = '${slug}'),
    (SELECT COUNT(*) FROM claviger.tenant_hosts WHERE host = '${host}'),
    (SELECT COUNT(*) FROM claviger.tenant_transfers)`);

test('a tenant that was dropped comes back under another slug as it was, and its keys and passwords work at once', async () => {
  const one = fresh();
  assert.equal((await service.verify(one, one.key.fullKey)).status, 204);
  await service.signedIn(one, { email, password });
  const second = tool.json('key', 'create', '--tenant', one.slug, '--email', email, '--name', 'Other').document.key;
  tool.run('key', 'revoke', '--tenant', one.slug, '--id', second.id);
  assert.equal(tool.run('key', 'disable', '--tenant', one.slug, one.key.id).status, 0);
  tool.json('key', 'create', '--tenant', one.slug, '--email', email, '--name', 'Expires', '--expires', '2099-12-31');
  const tables = ['users', 'audit_events', 'known_devices', 'login_attempts'];
  const keys = 'SELECT id, user_id, name, lineage_id, generation, key_hash, once_hash, created_at, deleted_at, expires_at, disabled_at, disabled_by FROM';
  const was = tables.map((table) => rowsOf(one.slug, table));
  const keysWere = sql(`${keys} ${schemaOf(one.slug)}.api_keys ORDER BY id`);
  drop(one);
  assert.equal(left(one), gone);
  assert.equal(statSync(one.file).mode & 0o777, 0o600);
  const again = tool.json('tenant', 'import', one.file, '--slug', `${one.slug}z`);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(again.document.deadKeys, []);
  assert.equal((await service.verify(one, one.key.fullKey)).json().code, 'key_disabled');
  assert.equal((await service.verify(one, second.fullKey)).status, 401);
  assert.deepEqual(tables.map((table) => rowsOf(`${one.slug}z`, table)), was);
  assert.equal(sql(`${keys} ${schemaOf(`${one.slug}z`)}.api_keys ORDER BY id`), keysWere);
  assert.equal(tool.run('key', 'enable', '--tenant', `${one.slug}z`, one.key.id).status, 0);
  assert.equal((await service.verify(one, one.key.fullKey)).status, 204);
  assert.equal(sql(`SELECT COUNT(*) FROM ${schemaOf(`${one.slug}z`)}.sessions`), '0');
  await service.signedIn(one, { email, password });
  assert.equal(tool.run('tenant', 'import', one.file, '--slug', 'third').status, 4);
});

test('a dropped tenant is refused at once, under load, and nothing of it is an internal error', async () => {
  const one = fresh();
  const seen = [];
  let running = true;
  const loops = [1, 2, 3].map(async () => {
    while (running) {
      const began = performance.now();
      seen.push({ began, status: (await service.verify(one, one.key.fullKey)).status });
    }
  });
  await until('requests', () => seen.length > 30);
  const dropped = await tool.start({}, 'tenant', 'drop', one.slug, '--confirm', one.slug, '--export', one.file);
  const ended = performance.now();
  assert.equal(dropped.status, 0, dropped.stderr);
  await until('requests after it', () => seen.filter(({ began }) => began >= ended).length > 30);
  running = false;
  await Promise.all(loops);
  assert.ok(seen.every(({ status }) => status < 500), JSON.stringify(seen.find(({ status }) => status >= 500)));
  assert.ok(seen.filter(({ began }) => began >= ended).every(({ status }) => status === 403 || status === 404 || status === 421));
});

test('uses of a dropped tenant that wait to be written are given up', async () => {
  const dropped = [fresh(), fresh(), fresh()];
  for (const one of dropped) {
    for (let i = 0; i < 4; i += 1) assert.equal((await service.verify(one, one.key.fullKey)).status, 204);
    drop(one);
  }
  await pause(5000); // each worker writes every two seconds
  assert.deepEqual(service.events('last_used_not_written'), []);
});

test('a key regenerated after the export is dead after the import', async () => {
  const one = fresh();
  assert.equal(tool.run('tenant', 'export', one.slug, '--output', one.file).status, 0);
  assert.equal(tool.run('key', 'regenerate', '--tenant', one.slug, '--id', one.key.id).status, 0);
  drop(one, `${one.file}2`);
  const imported = tool.json('tenant', 'import', one.file);
  assert.equal(imported.status, 0, imported.stderr);
  assert.deepEqual(imported.document.deadKeys, [one.key.id]);
  assert.equal(keysOf(one.slug), '');
  assert.equal((await service.verify(one, one.key.fullKey)).status, 401);
});

test('an export is of one moment, however slowly it is read', async () => {
  const one = fresh();
  const schema = schemaOf(one.slug);
  sql(`INSERT INTO ${schema}.audit_events SELECT UNHEX(CONCAT('0192', LPAD(HEX(seq), 8, '0'), '70008000', REPEAT('0', 12))), '2026-01-01', 'signed_in', NULL, NULL, REPEAT('r', 64), REPEAT('a', 64) FROM ${schema}.seq_1_to_200000`);
  assert.equal(sql(`SELECT COUNT(*) > 200000 FROM ${schema}.audit_events`), '1');
  const child = spawn(program, ['--config', tool.config, 'tenant', 'export', one.slug, '--output', '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  child.stdout.setEncoding('utf8');
  const chunks = [];
  await once(child.stdout, 'readable'); // the export has begun, and now waits for its reader
  const late = ['user', 'create', '--tenant', one.slug, '--email', 'late@acme.example', '--password-stdin'];
  assert.equal((await tool.start({ input: `${password}\n` }, ...late)).status, 0);
  for await (const chunk of child.stdout) chunks.push(chunk);
  assert.equal((await exited)[0], 0);
  const text = chunks.join('');
  assert.ok(text.includes(email));
  assert.ok(!text.includes('late@acme.example'));
});
