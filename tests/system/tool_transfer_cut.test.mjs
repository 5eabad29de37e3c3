// Wrong files, killed runs and two runs at once do not lose a tenant on its way out and back. No service runs here, so
// no revocation has to wait for a host. No data has to outlive the machine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startProxy } from '../support/cutting_proxy.mjs';
import { program, startTool } from '../support/tool.mjs';

const email = 'ann@acme.example';
const gone = '0\t0\t0\t0';
const whole = '1\t1\t1\t0';

let tool;
let count = 0;

before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0');
  assert.equal(tool.run('migrate').status, 0);
});
after(() => tool?.stop());

const sql = (text) => tool.database.sql(text);
const schemaOf = (slug) => `claviger_t_${slug.replaceAll('-', '_')}`;
const keysOf = (slug) => tool.run('key', 'list', '--tenant', slug, '--quiet').stdout;
const statusOf = (slug) => tool.json('tenant', 'show', slug).document.tenant.status;

function fresh() {
  count += 1;
  const slug = `x${count}-y`;
  const host = `${slug}.localhost`;
  assert.equal(tool.run('tenant', 'create', slug, '--host', host, '--name', 'Acme “Ü” Inc').status, 0);
  const args = ['user', 'create', '--tenant', slug, '--email', email, '--password-stdin'];
  assert.equal(tool.run({ input: 'correct horse battery staple\n' }, ...args).status, 0);
  const { document } = tool.json('key', 'create', '--tenant', slug, '--email', email, '--name', 'Scripts');
  return { slug, host, key: document.key, file: join(tool.database.folder, `${slug}.json`) };
}

const dropArgs = ({ slug }, file) => ['tenant', 'drop', slug, '--confirm', slug, '--export', file];

function drop(one, file = one.file) {
  const answer = tool.run(...dropArgs(one, file));
  assert.equal(answer.status, 0, answer.stderr);
  return file;
}

// The numbers of its schemas, tenant rows and hosts, and of all unfinished transfers.
const left = ({ slug, host }) =>
  sql(`SELECT (SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '${schemaOf(slug)}'),
    (SELECT COUNT(*) FROM claviger.tenants WHERE slug = '${slug}'),
    (SELECT COUNT(*) FROM claviger.tenant_hosts WHERE host = '${host}'),
    (SELECT COUNT(*) FROM claviger.tenant_transfers)`);

function assertWhole(one, how) {
  assert.equal(left(one), whole, how);
  assert.equal(statusOf(one.slug), 'active', how);
  assert.equal(keysOf(one.slug), `${one.key.id}\n`, how);
}

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

test('no export replaces a file, and a drop for which no file can be made changes nothing', () => {
  const one = fresh();
  writeFileSync(one.file, 'mine');
  assert.equal(tool.run('tenant', 'export', one.slug, '--output', one.file).status, 4);
  for (const more of [[], ['--dry-run']]) {
    const { status, stderr } = tool.run(...dropArgs(one, one.file), ...more);
    assert.equal(status, 4);
    assert.match(stderr, /exists/);
    assert.equal(tool.run(...dropArgs(one, '/nowhere/x'), ...more).status, 1);
  }
  assert.equal(readFileSync(one.file, 'utf8'), 'mine');
  assertWhole(one);
  assert.deepEqual(readdirSync(tool.database.folder).filter((name) => name.startsWith(`${one.slug}.json.`)), []);
});

test('a drop whose export cannot be written to its end removes nothing and says that the tenant is suspended', () => {
  const one = fresh();
  // No file may grow past 1 KiB.
  const command = ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$@"', 'sh', program, '--config', tool.config];
  const limited = spawnSync('sh', [...command, ...dropArgs(one, one.file)], { encoding: 'utf8' });
  assert.equal(limited.status, 1, limited.stderr);
  assert.match(limited.stderr, /suspended/);
  assert.equal(left(one), whole);
  assert.equal(statusOf(one.slug), 'suspended');
  assert.ok(!existsSync(one.file));
  drop(one);
  assert.equal(left(one), gone);
  const imported = tool.json('tenant', 'import', one.file);
  assert.equal(imported.document.status, 'suspended');
  assert.equal(tool.run('tenant', 'resume', one.slug).status, 0);
  assertWhole(one);
});

test('a drop whose file gets its name from another program during the export is no conflict: the tenant is suspended', () => {
  const one = fresh();
  const log = join(tool.database.folder, 'calls');
  const taken = ['-f', '-qq', '-o', log, '-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EEXIST', program, '--config', tool.config];
  const { status, stdout, stderr } = spawnSync('strace', [...taken, ...dropArgs(one, one.file), '--json'], { encoding: 'utf8' });
  assert.equal(status, 1, stderr);
  assert.equal(JSON.parse(stdout).error.code, 'file_exists');
  assert.match(stderr, /Nothing was removed, but the tenant is suspended/);
  assert.equal(left(one), whole);
  assert.equal(statusOf(one.slug), 'suspended');
  assert.equal(tool.run('tenant', 'resume', one.slug).status, 0);
  assertWhole(one);
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
  refuse(text.replaceAll(/"(\d{4})-(\d\d-\d\d \d\d:)/g, '"$1-99$2'), 'no date');
  refuse(text.replace(/"writtenAt":"[^"]*"/, '"writtenAt":"\\u001b[31m"'), 'a time that is none');
  refuse(text.replace('Acme', 'Ac\\u0000me'), 'a name with a NUL');
  context.diagnostic(`${refused} files`);
  assert.equal(tool.run('tenant', 'import', one.file).status, 0);
  assert.equal(keysOf(one.slug), `${one.key.id}\n`);
});

test('a row that the service would not have written is refused with its place, and leaves nothing', (context) => {
  const one = fresh();
  drop(one);
  const lines = readFileSync(one.file, 'utf8').split('\n');
  const bad = `${one.file}.edited`;
  let refused = 0;
  lines.forEach((line, i) => {
    if (!line.startsWith('{"table"') || !lines[i + 1].startsWith('[')) return;
    const { table, columns } = JSON.parse(line);
    // One column of each kind is enough here: the unit tests have all of them.
    columns.forEach(([column, kind], place) => {
      if (columns.findIndex((other) => other[1] === kind) !== place) return;
      const row = JSON.parse(lines[i + 1]);
      row[place] = { integer: -1, moment: '2999-01-01 00:00:00.000000', bytes: 'ff00', text: '\u001b[31m' }[kind];
      writeFileSync(bad, lines.map((other, j) => (j === i + 1 ? JSON.stringify(row) : other)).join('\n'));
      const { status, document } = tool.json('tenant', 'import', bad, ...(refused % 2 ? ['--dry-run'] : []));
      assert.deepEqual([status, document.error.code], [1, 'bad_export'], `${table}.${column}`);
      assert.match(document.error.message, new RegExp(`^table ${table}, row 1, column ${column}: this is not [^\\x1b]*$`));
      assert.equal(left(one), gone, `${table}.${column}`);
      refused += 1;
    });
  });
  context.diagnostic(`${refused} values`);
  assert.ok(refused > 8);
  // A password hash of the right form whose cost is too high: it would delay every sign-in.
  writeFileSync(bad, lines.join('\n').replaceAll(/\$m=\d+,t=\d+,/g, '$m=4194304,t=100,'));
  assert.match(tool.json('tenant', 'import', bad).document.error.message, /table users, row 1, column password_hash: .*no dearer/);
  assert.equal(left(one), gone);
  assert.equal(tool.run('tenant', 'import', one.file).status, 0);
  assertWhole(one);
});

test('an export whose keys need another pepper is refused, and changes nothing; one of an earlier release says so', () => {
  const one = fresh();
  drop(one);
  const text = readFileSync(one.file, 'utf8');
  const pepper = /^pepper\.file = (.*)$/m.exec(readFileSync(tool.config, 'utf8'))[1];
  assert.match(text.split('\n')[0], /"peppers":\{"1":"[0-9a-f]{16}"\}/);
  assert.ok(!text.includes(readFileSync(pepper, 'utf8').trim().split(':')[1]));
  const other = join(tool.database.folder, 'other-pepper');
  writeFileSync(other, `1:${'5a'.repeat(32)}\n`, { mode: 0o600 });
  tool.configure({ 'pepper.file': other });
  for (const more of [[], ['--dry-run']]) {
    const { status, document } = tool.json('tenant', 'import', one.file, ...more);
    assert.deepEqual([status, document.error.code], [1, 'pepper_differs']);
    assert.equal(left(one), gone);
  }
  tool.configure({});
  const older = `${one.file}.older`;
  writeFileSync(older, text.replace(/,"peppers":\{[^}]*\}/, ''));
  const told = tool.run('tenant', 'import', older, '--dry-run');
  assert.equal(told.status, 0, told.stderr);
  assert.match(told.stdout, /does not say which pepper its keys need/);
  assert.equal(tool.json('tenant', 'import', one.file).document.pepper, 'fits');
  assertWhole(one);
  // Without a pepper the export cannot say which one the keys need. So the drop is refused, and the tenant stays as it
  // is.
  tool.configure({ 'pepper.file': join(tool.database.folder, 'absent') });
  assert.equal(tool.json(...dropArgs(one, `${one.file}.2`)).document.error.code, 'bad_secret');
  tool.configure({});
  assertWhole(one);
});

test('users come back as the export has them, the import says so, and --suspended leaves time to look', () => {
  const one = fresh();
  const of = (name) => ['--tenant', one.slug, '--email', `${name}@acme.example`];
  const input = 'correct horse battery staple\n';
  for (const [name, ...more] of [['bob', '--pending'], ['eve']])
    assert.equal(tool.run({ input }, 'user', 'create', ...of(name), '--password-stdin', ...more).status, 0);
  tool.run('user', 'suspend', ...of('eve'));
  const old = `${one.file}.old`;
  const began = Date.now();
  assert.equal(tool.run('tenant', 'export', one.slug, '--output', old).status, 0);
  assert.equal(tool.run('user', 'suspend', ...of('ann')).status, 0);
  drop(one);

  const statuses = () => tool.json('user', 'list', '--tenant', one.slug).document.users.map(({ status }) => status);
  for (const more of [['--dry-run'], []]) {
    const { status, document } = tool.json('tenant', 'import', old, ...more);
    assert.deepEqual([status, document.status, document.users], [0, 'active', { approved: 1, pending: 1, suspended: 1 }]);
    assert.ok(Date.parse(document.exportedAt) >= began && Date.parse(document.exportedAt) <= Date.now());
  }
  assert.deepEqual(statuses(), ['approved', 'pending', 'suspended']);

  drop(one, `${one.file}.2`);
  const { status, stdout } = tool.run('tenant', 'import', old, '--suspended');
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`suspended; \`claviger tenant resume ${one.slug}\` opens it`));
  assert.match(stdout, /as they were at the export of \d{4}-.*: 1 approved, 1 pending, 1 suspended\.\nA suspension or a new password since then is undone/);
  assert.equal(statusOf(one.slug), 'suspended');
  tool.run('tenant', 'resume', one.slug);

  drop(one, `${one.file}.3`);
  writeFileSync(`${old}er`, readFileSync(old, 'utf8').replace(/"writtenAt":"[^"]*",/, '')); // as earlier releases wrote it
  const older = tool.json('tenant', 'import', `${old}er`);
  assert.deepEqual([older.status, older.document.exportedAt], [0, null]);
  assertWhole(one);
});

test('a tenant whose migration was stopped between its change and its version comes back whole', () => {
  const one = fresh();
  const last = sql(`SELECT MAX(version) FROM ${schemaOf(one.slug)}.schema_migrations`);
  sql(`DELETE FROM ${schemaOf(one.slug)}.schema_migrations WHERE version = ${last}`);
  drop(one);
  const imported = tool.run('tenant', 'import', one.file);
  assert.equal(imported.status, 0, imported.stderr);
  assert.equal(sql(`SELECT MAX(version) FROM ${schemaOf(one.slug)}.schema_migrations`), last);
  assertWhole(one);
});

test('a tenant that was never whole can be dropped, and its export is an empty tenant', async () => {
  const one = { slug: 'half-y', host: 'half-y.localhost', file: join(tool.database.folder, 'half.json') };
  sql(`INSERT INTO claviger.tenants SELECT UNHEX('0192f0c0aaaa7aaa8aaa0123456789ab'), '${one.slug}', 'Half', 'active', '${schemaOf(one.slug)}', 0, UTC_TIMESTAMP(6)`);
  drop(one);
  assert.equal(tool.run('tenant', 'import', one.file, '--host', one.host).status, 0);
  assert.equal(left(one), whole);
  assert.equal(tool.run('user', 'list', '--tenant', one.slug, '--quiet').stdout, '');
});

test('a tenant that is half dropped is refused with the way on, also by a dry run', () => {
  const one = fresh();
  sql(`INSERT INTO claviger.tenant_transfers SELECT id, 'drop', '${one.file}', UTC_TIMESTAMP(6) FROM claviger.tenants WHERE slug = '${one.slug}'`);
  sql(`UPDATE claviger.tenants SET schema_version = 0, status = 'suspended' WHERE slug = '${one.slug}'`);
  const exported = tool.run('tenant', 'export', one.slug, '--output', one.file);
  assert.equal(exported.status, 4);
  assert.match(exported.stderr, /`claviger tenant drop` .*again/);
  assert.ok(!existsSync(one.file));
  for (const more of [[], ['--dry-run']]) {
    const create = tool.run('tenant', 'create', one.slug, '--host', one.host, '--name', 'Acme “Ü” Inc', ...more);
    assert.equal(create.status, 1, more.join());
    assert.match(create.stderr, /its drop was begun and not finished/);
  }
  assert.equal(tool.run('migrate', '--dry-run').status, 5);
  drop(one);
  assert.equal(left(one), gone);
});

test('an import does not load into a schema that somebody has left', () => {
  const one = fresh();
  drop(one);
  sql(`CREATE DATABASE ${schemaOf(one.slug)}; CREATE TABLE ${schemaOf(one.slug)}.theirs (id INT)`);
  assert.equal(tool.run('tenant', 'import', one.file).status, 4);
  assert.equal(sql(`SHOW TABLES IN ${schemaOf(one.slug)}`), 'theirs');
  sql(`DROP DATABASE ${schemaOf(one.slug)}`);
  assert.equal(tool.run('tenant', 'import', one.file).status, 0);
});

test('of imports and of drops at once one does the work, and nothing is torn', async () => {
  const one = fresh();
  let file = drop(one);
  for (let round = 0; round < 3; ++round) {
    const imports = await Promise.all([1, 2, 3].map(() => tool.start({}, 'tenant', 'import', file)));
    assert.deepEqual(imports.map(({ status }) => status).sort(), [0, 4, 4], imports.map(({ stderr }) => stderr).join());
    assertWhole(one);
    const files = [1, 2, 3].map((n) => `${one.file}.${round}.${n}`);
    const drops = await Promise.all(files.map((name) => tool.start({}, ...dropArgs(one, name))));
    assert.deepEqual(drops.map(({ status }) => status).sort(), [0, 3, 3], drops.map(({ stderr }) => stderr).join());
    assert.equal(left(one), gone);
    assert.equal(files.filter((name) => existsSync(name)).length, 1);
    file = files.find((name) => existsSync(name));
  }
});

// Runs the verb through a proxy that kills it after each statement in turn, then runs it again. `argsOf` is called
// before each run.
async function killAtEachStep(context, verb, { argsOf, check }) {
  const proxy = await startProxy(tool.database.socket, join(tool.database.folder, `${verb}.sock`));
  const config = `${tool.config}.${verb}`;
  writeFileSync(config, readFileSync(tool.config, 'utf8').replace(/^database\.socket.*$/m, `database.socket = ${proxy.path}`));
  const run = (n) => proxy.run(n, program, ['--config', config, ...argsOf()]);
  const unhurt = await run();
  assert.equal(unhurt.status, 0, unhurt.stderr);
  check({ status: 0 }, 'unhurt');
  for (let n = 1; n <= unhurt.steps; ++n) {
    assert.ok((await run(n)).killed);
    const second = await run();
    check(second, `killed after ${n} of ${unhurt.steps} statements: ${second.status} ${second.stderr}`);
  }
  await proxy.stop();
  context.diagnostic(`${unhurt.steps} statements`);
}

test('`tenant drop` may be killed after each statement, and its export is whole whenever anything is gone', async (context) => {
  const one = fresh();
  let files = [];
  let named = 0;
  await killAtEachStep(context, 'drop', {
    argsOf() {
      files.push(`${one.file}.${++named}`);
      return dropArgs(one, files.at(-1));
    },
    check({ status }, how) {
      assert.ok([0, 3].includes(status), how); // 3: the killed run had done all
      assert.equal(left(one), gone, how);
      const there = files.filter((name) => existsSync(name));
      assert.ok(there.length > 0, how);
      assert.equal(tool.run('tenant', 'import', there[0]).status, 0, how);
      tool.run('tenant', 'resume', one.slug); // where the killed run had suspended it before
      assertWhole(one, how);
      files = [];
    },
  });
});

test('`tenant import` may be killed after each statement', async (context) => {
  const one = fresh();
  let file = drop(one);
  let named = 0;
  await killAtEachStep(context, 'import', {
    argsOf: () => ['tenant', 'import', file],
    check({ status }, how) {
      assert.ok([0, 4].includes(status), how); // 4: the killed run had opened it
      assertWhole(one, how);
      file = drop(one, `${one.file}.${++named}`);
    },
  });
});
