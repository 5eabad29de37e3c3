// A tenant leaves and comes back whole, and no key comes back that has died.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startProxy } from '../support/cutting_proxy.mjs';
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

// Schema, tenant, host and what was begun with it, counted.
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
  const tables = ['users', 'audit_events', 'known_devices', 'login_attempts'];
  const keys = 'SELECT id, user_id, name, lineage_id, generation, key_hash, once_hash, created_at, deleted_at FROM';
  const was = tables.map((table) => rowsOf(one.slug, table));
  const keysWere = sql(`${keys} ${schemaOf(one.slug)}.api_keys ORDER BY id`);
  drop(one);
  assert.equal(left(one), gone);
  assert.equal(statSync(one.file).mode & 0o777, 0o600);
  const again = tool.json('tenant', 'import', one.file, '--slug', `${one.slug}z`);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(again.document.deadKeys, []);
  assert.equal((await service.verify(one, one.key.fullKey)).status, 204);
  assert.equal((await service.verify(one, second.fullKey)).status, 401);
  assert.deepEqual(tables.map((table) => rowsOf(`${one.slug}z`, table)), was);
  assert.equal(sql(`${keys} ${schemaOf(`${one.slug}z`)}.api_keys ORDER BY id`), keysWere);
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
  sql(`INSERT INTO ${schema}.audit_events SELECT UNHEX(LPAD(HEX(seq), 32, '0')), '2026-01-01', 'signed_in', NULL, NULL, REPEAT('r', 64), REPEAT('a', 64) FROM ${schema}.seq_1_to_200000`);
  assert.equal(sql(`SELECT COUNT(*) > 200000 FROM ${schema}.audit_events`), '1');
  const child = spawn(program, ['--config', tool.config, 'tenant', 'export', one.slug, '--output', '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  child.stdout.setEncoding('utf8');
  const chunks = [];
  await once(child.stdout, 'readable'); // it has begun, and now waits for its reader
  const late = ['user', 'create', '--tenant', one.slug, '--email', 'late@acme.example', '--password-stdin'];
  assert.equal((await tool.start({ input: `${password}\n` }, ...late)).status, 0);
  for await (const chunk of child.stdout) chunks.push(chunk);
  assert.equal((await exited)[0], 0);
  const text = chunks.join('');
  assert.ok(text.includes(email));
  assert.ok(!text.includes('late@acme.example'));
});

test('a drop that is not confirmed changes nothing', () => {
  const one = fresh();
  for (const args of [[], ['--confirm', 'other']]) {
    const { status, stderr } = tool.run('tenant', 'drop', one.slug, ...args, '--export', one.file);
    assert.equal(status, 2);
    assert.match(stderr, /nothing was changed/);
  }
  assert.equal(tool.run('tenant', 'drop', one.slug, '--dry-run', '--export', one.file).status, 0);
  assert.equal(statusOf(one.slug), 'active');
  assert.ok(!existsSync(one.file));
});

test('no export replaces a file, and a drop whose export cannot be written removes nothing', () => {
  const one = fresh();
  writeFileSync(one.file, 'mine');
  assert.equal(tool.run('tenant', 'export', one.slug, '--output', one.file).status, 4);
  assert.equal(tool.run('tenant', 'drop', one.slug, '--confirm', one.slug, '--export', one.file).status, 4);
  assert.equal(tool.run('tenant', 'drop', one.slug, '--confirm', one.slug, '--export', '/nowhere/x').status, 1);
  assert.equal(readFileSync(one.file, 'utf8'), 'mine');
  assert.equal(keysOf(one.slug), `${one.key.id}\n`);
  assert.deepEqual(readdirSync(tool.database.folder).filter((name) => name.startsWith(`${one.slug}.json.`)), []);
});

test('a file that is not a whole export is refused with its line, and leaves nothing', (context) => {
  const one = fresh();
  drop(one);
  const text = readFileSync(one.file, 'utf8');
  const lines = text.split('\n').slice(0, -1);
  const bad = `${one.file}.bad`;
  let refused = 0;
  const refuse = (content, what) => {
    writeFileSync(bad, content);
    const { status, document } = tool.json('tenant', 'import', bad);
    assert.equal(status, 1, what);
    assert.equal(document.error.code, 'bad_export', `${what}: ${document.error.message}`);
    assert.equal(left(one), gone, what);
    refused += 1;
  };
  const joined = (all) => all.map((line) => `${line}\n`).join('');
  lines.forEach((line, i) => {
    refuse(joined(lines.slice(0, i)), `cut before line ${i + 1}`);
    refuse(joined(lines.filter((_, j) => j !== i)), `without line ${i + 1}`);
    for (const other of [line.slice(0, line.length >> 1), '[]', '{}', 'null'])
      refuse(joined(lines.map((same, j) => (j === i ? other : same))), `line ${i + 1} as ${other}`);
  });
  refuse(text.slice(0, -1), 'without the last newline');
  refuse(`${text}x\n`, 'something behind the end');
  refuse(text.replace(/"schemaVersion":\d+/, '"schemaVersion":99'), 'a newer schema');
  refuse(text.replaceAll('2026-', '2026-99'), 'no date');
  refuse(text.replace('Acme', 'Ac\\u0000me'), 'a name with a NUL');
  context.diagnostic(`${refused} files`);
  assert.equal(tool.run('tenant', 'import', one.file).status, 0);
  assert.equal(keysOf(one.slug), `${one.key.id}\n`);
});

// Runs the verb through a proxy that kills it after each statement in turn, then runs it again.
async function killAtEachStep(context, verb, { prepare, argsOf, check }) {
  const proxy = await startProxy(tool.database.socket, join(tool.database.folder, `${verb}.sock`));
  const config = `${tool.config}.${verb}`;
  writeFileSync(config, readFileSync(tool.config, 'utf8').replace(/^database\.socket.*$/m, `database.socket = ${proxy.path}`));
  const run = (n, args) => proxy.run(n, program, ['--config', config, ...args]);
  const whole = await run(undefined, argsOf(prepare()));
  assert.equal(whole.status, 0, whole.stderr);
  for (let n = 1; n <= whole.steps; ++n) {
    const one = prepare();
    const cut = await run(n, argsOf(one));
    assert.ok(cut.killed);
    const second = await run(undefined, argsOf(one, existsSync(one.file)));
    check(one, second, `killed after ${n} of ${whole.steps} statements: ${second.status} ${second.stderr}`);
  }
  await proxy.stop();
  context.diagnostic(`${whole.steps} statements`);
}

test('`tenant drop` may be killed after each statement, and its export is whole whenever anything is gone', async (context) => {
  await killAtEachStep(context, 'drop', {
    prepare: fresh,
    argsOf: ({ slug, file }, there) => ['tenant', 'drop', slug, '--confirm', slug, '--export', there ? `${file}.2` : file],
    check: (one, { status }, how) => {
      assert.ok([0, 3].includes(status), how); // 3: the killed run had done all
      assert.equal(left(one), gone, how);
      assert.equal(tool.run('tenant', 'import', one.file).status, 0, how);
      assert.equal(keysOf(one.slug), `${one.key.id}\n`, how);
    },
  });
});

test('`tenant import` may be killed after each statement', async (context) => {
  await killAtEachStep(context, 'import', {
    prepare: () => {
      const one = fresh();
      drop(one);
      return one;
    },
    argsOf: ({ file }) => ['tenant', 'import', file],
    check: (one, { status }, how) => {
      assert.ok([0, 4].includes(status), how); // 4: the killed run had opened it
      assert.equal(left(one), '1\t1\t1\t0', how);
      assert.equal(statusOf(one.slug), 'active', how);
      assert.equal(keysOf(one.slug), `${one.key.id}\n`, how);
    },
  });
});
