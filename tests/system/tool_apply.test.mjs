// `claviger apply` makes tenants, hosts and users as a document describes them. A wrong document changes nothing. The
// same document can be applied again.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startProxy } from '../support/cutting_proxy.mjs';
import { program, startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple';

let tool, proxy, folder, file;
let count = 0;

before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'); // no data has to outlive the machine
  assert.equal(tool.run('migrate').status, 0);
  proxy = await startProxy(tool.database.socket, join(tool.database.folder, 'cut.sock'));
  folder = join(tool.database.folder, 'document');
  file = join(folder, 'tenants.json');
  mkdirSync(folder);
  writeFileSync(join(folder, 'first.txt'), `${password}\n`);
});
after(async () => {
  await proxy?.stop();
  await tool?.stop();
});

const freshSlug = () => `p${++count}-x`;
const sql = (slug, text) => tool.database.sql(text.replaceAll('SCHEMA', `claviger_t_${slug.replace('-', '_')}`));
const write = (...tenants) => writeFileSync(file, JSON.stringify({ tenants }));
const wanted = (slug, more = {}) => ({
  slug, name: 'Acme Inc', hosts: [`${slug}.example`, `${slug}.test`], suspended: false,
  users: [
    { email: 'ann@acme.example', name: 'Ann Lee', status: 'approved', passwordFile: 'first.txt' },
    { email: 'bob@acme.example', status: 'pending', passwordFile: 'first.txt' },
    { email: 'eve@acme.example', status: 'suspended', passwordFile: 'first.txt' },
  ],
  ...more,
});

function apply(...more) {
  const answer = tool.json('apply', file, ...more);
  return answer;
}

function applied(...more) {
  const { status, document, stderr } = apply(...more);
  assert.equal(status, 0, stderr);
  return document;
}

function stateOf(slug) {
  const { tenant } = tool.json('tenant', 'show', slug).document;
  const { users } = tool.json('user', 'list', '--tenant', slug).document;
  return { name: tenant.name, status: tenant.status, hosts: tenant.hosts.map((host) => host.replace(slug, '')), users: users.map(({ email, name, status }) => ({ email, name, status })), audit: sql(slug, 'SELECT action, COUNT(*) FROM SCHEMA.audit_events GROUP BY action ORDER BY action') };
}

const nothing = { changes: [], created: 0, changed: 0 };

function assertNothing({ changes, created, changed }) {
  assert.deepEqual({ changes, created, changed }, nothing);
}

test('makes tenants, hosts and users, and run again changes nothing and says so', () => {
  const slug = freshSlug();
  write(wanted(slug));
  assert.deepEqual(applied().changes.map(({ action, place }) => [action, place]), [
    ['create', 'tenants[0]'], ['change', 'tenants[0]'], ['create', 'tenants[0].users[0]'], ['create', 'tenants[0].users[1]'], ['create', 'tenants[0].users[2]'],
  ]);
  const state = stateOf(slug);
  assert.deepEqual(state.users, [
    { email: 'ann@acme.example', name: 'Ann Lee', status: 'approved' }, { email: 'bob@acme.example', name: 'bob', status: 'pending' }, { email: 'eve@acme.example', name: 'eve', status: 'suspended' },
  ]);
  assert.deepEqual([state.name, state.status, state.hosts], ['Acme Inc', 'active', ['.example', '.test']]);
  const again = applied();
  assertNothing(again);
  assert.equal(again.unchanged, 4);
  assert.equal(tool.run('apply', file).stdout, 'Nothing to change: all is as the document says.\n');
  assert.deepEqual(stateOf(slug), state);
});

test('--dry-run prints what would be done and does none of it', () => {
  const slug = freshSlug();
  write(wanted(slug));
  const { status, stdout } = tool.run('apply', file, '--dry-run');
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^Dry run: .*\n\\+ tenant ${slug}: Acme Inc, at ${slug}\\.example\n~ tenant ${slug}: also at ${slug}\\.test\n\\+ user ann@`));
  assert.doesNotMatch(stdout, /horse/);
  const { document } = apply('--dry-run');
  assert.equal(document.dryRun, true);
  assert.equal(tool.json('tenant', 'show', slug).status, 3);
  assert.equal(sql(slug, "SHOW DATABASES LIKE 'SCHEMA'"), '');
  assert.deepEqual(applied().changes, document.changes);
});

test('changes only what differs, and drops nothing that is not named', () => {
  const slug = freshSlug();
  write(wanted(slug));
  applied();
  const hash = sql(slug, "SELECT password_hash FROM SCHEMA.users WHERE email = 'ann@acme.example'");
  rmSync(join(folder, 'other.txt'), { force: true });
  write({ slug, name: 'Ácme 鍵', hosts: [`${slug}.third`], suspended: true, users: [
    { email: 'bob@acme.example', status: 'approved' }, { email: 'ann@acme.example', status: 'suspended', passwordFile: 'other.txt' }, { email: 'eve@acme.example', status: 'approved' },
  ] });
  assert.deepEqual(applied().changed, 6);
  const { name, status, hosts, users } = stateOf(slug);
  assert.deepEqual([name, status, hosts], ['Ácme 鍵', 'suspended', ['.example', '.test', '.third']]);
  assert.deepEqual(users.map((user) => user.status), ['suspended', 'approved', 'approved']);
  assert.equal(sql(slug, "SELECT password_hash FROM SCHEMA.users WHERE email = 'ann@acme.example'"), hash);
  assertNothing(applied());
  write({ slug });
  assertNothing(applied());
  assert.equal(stateOf(slug).status, 'suspended', 'what is not said stays');
  write({ slug, suspended: false, users: [{ email: 'bob@acme.example', status: 'pending' }] });
  assert.deepEqual(applied().changes.map(({ what }) => what), [`tenant ${slug}: resumed`]);
  assert.equal(stateOf(slug).users[1].status, 'approved', 'no approval is taken back');
});

test('reads the document from standard input', () => {
  const slug = freshSlug();
  const { status, stderr } = tool.run({ input: JSON.stringify({ tenants: [wanted(slug)] }), cwd: folder }, 'apply', '-');
  assert.equal(status, 0, stderr);
  assert.equal(stateOf(slug).users.length, 3);
});

for (const [what, place, spoil] of [
  ['a slug of another form', 'tenants\\[1\\]\\.slug', (tenant) => ({ ...tenant, slug: 'Acme' })],
  ['a tenant without a slug', 'tenants\\[1\\]\\.slug: is missing', ({ slug, ...tenant }) => (slug, tenant)],
  ['a host of another form', 'tenants\\[1\\]\\.hosts\\[1\\]', (tenant) => ({ ...tenant, hosts: [tenant.hosts[0], 'a b'] })],
  ['hosts that are no list', 'tenants\\[1\\]\\.hosts: must be a list', (tenant) => ({ ...tenant, hosts: 'a.example' })],
  ['a host that is a number', 'tenants\\[1\\]\\.hosts\\[0\\]: must be a text', (tenant) => ({ ...tenant, hosts: [7] })],
  ['the same host twice', 'tenants\\[1\\]\\.hosts\\[1\\]: .* before', (tenant) => ({ ...tenant, hosts: [tenant.hosts[0], tenant.hosts[0].toUpperCase()] })],
  ['a new tenant without hosts', 'tenants\\[1\\]\\.hosts: is missing', ({ hosts, ...tenant }) => (hosts, tenant)],
  ['a new tenant without a name', 'tenants\\[1\\]\\.name: is missing', ({ name, ...tenant }) => (name, tenant)],
  ['a name of blanks', 'tenants\\[1\\]\\.name', (tenant) => ({ ...tenant, name: ' ' })],
  ['a suspension that is a text', 'tenants\\[1\\]\\.suspended: must be true or false', (tenant) => ({ ...tenant, suspended: 'no' })],
  ['a member that is not known', 'tenants\\[1\\]\\.host: there is no such member', (tenant) => ({ ...tenant, host: 'a.example' })],
  ['a password in the document', 'tenants\\[1\\]\\.users\\[0\\]\\.password: there is no such member', (tenant) => ({ ...tenant, users: [{ email: 'a@acme.example', password: 'hunter2-hunter2' }] })],
  ['a user twice', 'tenants\\[1\\]\\.users\\[1\\]\\.email', (tenant) => ({ ...tenant, users: [tenant.users[0], tenant.users[0]] })],
  ['a status that is none', 'tenants\\[1\\]\\.users\\[0\\]\\.status: must be pending', (tenant) => ({ ...tenant, users: [{ ...tenant.users[0], status: 'active' }] })],
  ['an e-mail that is none', 'tenants\\[1\\]\\.users\\[0\\]\\.email', (tenant) => ({ ...tenant, users: [{ ...tenant.users[0], email: 'ann' }] })],
  ['a new user without a password', 'tenants\\[1\\]\\.users\\[0\\]\\.passwordFile: is missing', (tenant) => ({ ...tenant, users: [{ email: 'a@acme.example' }] })],
  ['a password file that is not there', 'tenants\\[1\\]\\.users\\[0\\]\\.passwordFile: .*none\\.txt', (tenant) => ({ ...tenant, users: [{ ...tenant.users[0], passwordFile: 'none.txt' }] })],
  ['a password that is too short', 'tenants\\[1\\]\\.users\\[0\\]\\.passwordFile: .*12 to 1,024', (tenant) => (writeFileSync(join(folder, 'short.txt'), 'hunter2'), { ...tenant, users: [{ ...tenant.users[0], passwordFile: 'short.txt' }] })],
  ['a password that is easy to guess', 'tenants\\[1\\]\\.users\\[0\\]\\.passwordFile: .*one character, repeated', (tenant) => (writeFileSync(join(folder, 'easy.txt'), '!'.repeat(12)), { ...tenant, users: [{ ...tenant.users[0], passwordFile: 'easy.txt' }] })],
]) {
  test(`${what} is found before anything is changed`, () => {
    const [good, bad] = [freshSlug(), freshSlug()];
    write(wanted(good), spoil(wanted(bad)));
    for (const more of [[], ['--dry-run']]) {
      const { status, document, stderr } = apply(...more);
      assert.equal(status, 2, stderr);
      assert.match(document.error.message, new RegExp(`^${place}`, 'm'));
      assert.ok(document.error.next.length > 0);
      assert.doesNotMatch(stderr, /hunter2/);
    }
    assert.equal(tool.json('tenant', 'show', good).status, 3);
  });
}

test('names every wrong place at once', () => {
  write({ slug: 'A' }, { name: 7 });
  assert.match(apply().document.error.message, /tenants\[0\]\.slug[^]*tenants\[1\]\.slug[^]*tenants\[1\]\.name/);
});

test('what is no document is misuse', () => {
  for (const text of ['', '{', '[]', '7', '{}', '{"tenants": {}}', '{"tenants": [7]}', '{"tenants": [], "tenants": []}', '{"tenants": [], "version": 1}']) {
    writeFileSync(file, text);
    assert.equal(apply().status, 2, text);
  }
  assert.equal(tool.json('apply', '/nonexistent.json').status, 2);
  assert.equal(tool.json('apply', folder).status, 2);
});

test("another tenant's host and a user's other name are conflicts found before anything is changed", () => {
  const [known, good, bad] = [freshSlug(), freshSlug(), freshSlug()];
  write(wanted(known));
  applied();
  for (const [wrong, code, place] of [
    [wanted(bad, { hosts: [`${known}.example`] }), 'host_taken', 'tenants[1].hosts[0]'],
    [{ slug: known, users: [{ email: 'ann@acme.example', name: 'Somebody' }] }, 'user_taken', 'tenants[1].users[0].name'],
  ]) {
    write(wanted(good), wrong);
    const { status, document } = apply();
    assert.equal(status, 4);
    assert.equal(document.error.code, code);
    assert.ok(document.error.message.startsWith(place));
    assert.equal(tool.json('tenant', 'show', good).status, 3);
  }
});

test('a tenant that a killed create has begun is finished', async () => {
  const slug = freshSlug();
  tool.configure({ 'database.socket': proxy.path });
  await proxy.run(10, program, ['--config', tool.config, 'tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc']);
  tool.configure({});
  write(wanted(slug));
  applied();
  assert.equal(stateOf(slug).users.length, 3);
});

test('killed after each of its statements and run again, it ends the same and then changes nothing', async (context) => {
  tool.configure({ 'database.socket': proxy.path });
  const run = (n) => proxy.run(n, program, ['--config', tool.config, 'apply', file, '--json']);
  const fresh = () => {
    const slug = freshSlug();
    write(wanted(slug, { suspended: true, users: [{ email: 'eve@acme.example', status: 'suspended', passwordFile: 'first.txt' }] }));
    return slug;
  };
  const whole = fresh();
  const unhurt = await run();
  assert.equal(unhurt.status, 0, unhurt.stderr);
  tool.configure({});
  const expected = stateOf(whole);
  context.diagnostic(`${unhurt.steps} statements`);
  for (let n = 1; n <= unhurt.steps; ++n) {
    const slug = fresh();
    tool.configure({ 'database.socket': proxy.path });
    assert.ok((await run(n)).killed);
    const second = await run();
    assert.equal(second.status, 0, `after ${n}: ${second.stderr}`);
    tool.configure({});
    assert.deepEqual(stateOf(slug), expected, `killed after ${n} of ${unhurt.steps} statements`);
    assertNothing(applied());
  }
});

test('runs of one document at once end well, and leave what one run leaves', async () => {
  const alone = freshSlug();
  write(wanted(alone, { suspended: true }));
  applied();
  const expected = stateOf(alone);
  for (let round = 0; round < 4; ++round) {
    const slug = freshSlug();
    write(wanted(slug, { suspended: true }));
    const runs = await Promise.all([1, 2, 3, 4].map(() => tool.start({}, 'apply', file)));
    for (const { status, stderr } of runs) assert.equal(status, 0, stderr);
    assert.deepEqual(stateOf(slug), expected);
    assertNothing(applied());
  }
});

test('stopped half-way it says what stands, and goes on when it is run again', () => {
  const [good, bad] = [freshSlug(), freshSlug()];
  const schema = `claviger_t_${bad.replace('-', '_')}`;
  tool.database.sql(`CREATE DATABASE ${schema}; CREATE TABLE ${schema}.schema_migrations (id INT)`);
  write(wanted(good), wanted(bad));
  const { status, document, stderr } = apply();
  assert.equal(status, 5, stderr);
  assert.match(document.error.message, /^tenants\[1\]: /);
  assert.match(stderr, /run the same again/);
  assert.equal(document.changes.length, 5);
  assert.equal(stateOf(good).users.length, 3);
  tool.database.sql(`DROP DATABASE ${schema}`);
  assert.equal(applied().created, 4);
  assertNothing(applied());
});

test('with several tenants at a time, those before one that fails are complete, and what is listed is there', () => {
  const slugs = Array.from({ length: 6 }, freshSlug);
  const bad = slugs[3];
  const schema = `claviger_t_${bad.replace('-', '_')}`;
  tool.database.sql(`CREATE DATABASE ${schema}; CREATE TABLE ${schema}.schema_migrations (id INT)`);
  write(...slugs.map((slug) => wanted(slug)));
  const { status, document } = apply('--jobs', '3');
  assert.equal(status, 5);
  assert.match(document.error.message, /^tenants\[3\]: /);
  for (const slug of slugs.slice(0, 3)) assert.equal(stateOf(slug).users.length, 3);
  const listed = new Set(document.changes.map(({ place }) => Number(/\d+/.exec(place)[0])));
  const there = slugs.flatMap((slug, i) => (i !== 3 && tool.json('tenant', 'show', slug).status === 0 ? [i] : []));
  assert.deepEqual([...listed], there);
  tool.database.sql(`DROP DATABASE ${schema}`);
  applied('--jobs', '64');
  assertNothing(applied());
  for (const jobs of ['0', '65', 'many']) assert.equal(apply('--jobs', jobs).status, 2);
});
