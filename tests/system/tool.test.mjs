// The verbs of the tool `claviger` on tenants and users, and the exit statuses of the tool.

import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple';

let tool;
let count = 0;

before(async () => {
  tool = await startTool();
  assert.equal(tool.run('migrate').status, 0);
});
after(() => tool?.stop());

const freshSlug = () => `t${++count}-x`;
const create = (slug, host, name = 'Acme Inc') => tool.json('tenant', 'create', slug, '--host', host, '--name', name);
const createUser = (slug, email, ...more) =>
  tool.json({ input: `${password}\n` }, 'user', 'create', '--tenant', slug, '--email', email, '--password-stdin', ...more);

function freshTenant() {
  const slug = freshSlug();
  assert.equal(create(slug, `${slug}.example`).status, 0);
  return slug;
}

function assertRefused({ status, document, stderr }, expectedStatus, code) {
  assert.equal(status, expectedStatus, stderr);
  assert.equal(document.error.code, code);
  assert.deepEqual(Object.keys(document), ['error']);
  assert.ok(document.error.message.length > 0 && document.error.next.length > 0);
  assert.ok(stderr.includes(document.error.message) && stderr.includes(document.error.next));
}

// --- tenants ---

test('creates a tenant with its schema and its host', () => {
  const slug = freshSlug();
  const { status, document, stderr } = create(slug, `${slug.toUpperCase()}.example`, '  Ácme 鍵 “Inc”  ');
  assert.equal(status, 0);
  assert.equal(stderr, '');
  assert.equal(document.created, true);
  const { id, schemaVersion, ...rest } = document.tenant;
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(schemaVersion > 0);
  const schema = `claviger_t_${slug.replace('-', '_')}`;
  assert.deepEqual(rest, { slug, name: 'Ácme 鍵 “Inc”', status: 'active', hosts: [`${slug}.example`], schema });
  assert.equal(tool.database.sql(`SELECT COUNT(*) FROM ${schema}.users`), '0');
});

test('a create that is run again is already so', () => {
  const slug = freshTenant();
  const again = create(slug, `${slug}.example`);
  assert.equal(again.status, 0);
  assert.equal(again.document.created, false);
  assert.deepEqual(tool.json('tenant', 'show', slug).document.tenant, again.document.tenant);
});

test('a create that is run again with another host adds it', () => {
  const slug = freshTenant();
  const args = ['tenant', 'create', slug, '--host', `${slug}.test`, '--name', 'Acme Inc'];
  for (const more of [['--dry-run'], []])
    assert.match(tool.run(...args, ...more).stdout, new RegExp(`^Added host ${slug}\\.test to tenant ${slug}$`, 'm'));
  const again = create(slug, `${slug}.test`).document;
  assert.deepEqual([again.tenant.hosts, again.created, again.hostAdded], [[`${slug}.example`, `${slug}.test`], false, false]);
  assert.match(tool.run(...args).stdout, /^Already there and complete/);
});

test('a slug with another name is a conflict that changes nothing', () => {
  const slug = freshTenant();
  const before = tool.json('tenant', 'show', slug).document;
  assertRefused(create(slug, `${slug}.test`, 'Another Inc'), 4, 'tenant_taken');
  assert.deepEqual(tool.json('tenant', 'show', slug).document, before);
});

test('the host of another tenant is a conflict that creates nothing', () => {
  const slug = freshTenant();
  const other = freshSlug();
  assertRefused(create(other, `${slug}.example`), 4, 'host_taken');
  assertRefused(tool.json('tenant', 'show', other), 3, 'tenant_not_found');
  assert.equal(tool.database.sql(`SHOW DATABASES LIKE 'claviger\\_t\\_${other.replace('-', '\\_')}'`), '');
});

test('the host of another tenant is a conflict for an existing one too', () => {
  const slug = freshTenant();
  const other = freshTenant();
  assertRefused(create(other, `${slug}.example`), 4, 'host_taken');
  assert.deepEqual(tool.json('tenant', 'show', other).document.tenant.hosts, [`${other}.example`]);
});

test('twenty creates of one tenant at once make one', async () => {
  const slug = freshSlug();
  const args = ['tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc'];
  await Promise.all(Array.from({ length: 20 }, () => tool.kill(60_000, ...args)));
  assert.equal(tool.database.sql(`SELECT COUNT(*) FROM claviger.tenants WHERE slug = '${slug}'`), '1');
  assert.equal(createUser(slug, 'a@acme.example').status, 0);
});

test('a create may be killed at any moment: run again it finishes', async () => {
  for (let milliseconds = 5; milliseconds <= 120; milliseconds += 10) {
    const slug = freshSlug();
    await tool.kill(milliseconds, 'tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc');
    assert.equal(create(slug, `${slug}.example`).status, 0, `killed after ${milliseconds} ms`);
    assert.equal(createUser(slug, 'a@acme.example').status, 0);
  }
});

test('lists tenants by slug, for people and for machines', () => {
  const slug = freshTenant();
  const slugs = tool.json('tenant', 'list').document.tenants.map((tenant) => tenant.slug);
  assert.deepEqual(slugs, [...slugs].sort());
  assert.ok(slugs.includes(slug));

  const lines = tool.run('tenant', 'list').stdout.trimEnd().split('\n');
  assert.equal(lines.length, slugs.length + 1);
  const columns = lines.map((line) => line.split('').findIndex((_, at) => line.slice(at).match(/^(NAME|Acme|Ácme) /)));
  assert.ok(columns.every((column) => column === columns[0] && column > 0), 'the names stand under each other');
});

test('shows one tenant in words', () => {
  const slug = freshTenant();
  const { status, stdout } = tool.run('tenant', 'show', slug);
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^Slug +${slug}\nName +Acme Inc\nStatus +active\nHosts +${slug}\\.example\n`));
});

// --- users ---

test('creates an approved user named after the address', () => {
  const slug = freshTenant();
  const { status, document, stderr } = createUser(slug, 'Ann.Lee@Acme.Example');
  assert.equal(status, 0);
  assert.equal(stderr, '');
  const { id, createdAt, ...rest } = document.user;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.now() - Date.parse(createdAt)) < 60_000);
  assert.deepEqual(rest, { email: 'ann.lee@acme.example', name: 'ann.lee', status: 'approved' });
  assert.equal(document.created, true);
});

test('a user who is created again is already so and keeps the password', () => {
  const slug = freshTenant();
  const first = createUser(slug, 'a@acme.example', '--name', 'Ann Lee');
  const schema = `claviger_t_${slug.replace('-', '_')}`;
  const hash = tool.database.sql(`SELECT password_hash FROM ${schema}.users`);
  assert.match(hash, /^\$argon2id\$/);
  const again = createUser(slug, 'a@acme.example', '--name', 'Ann Lee', '--pending');
  assert.equal(again.status, 0);
  assert.deepEqual(again.document, { user: first.document.user, created: false });
  assert.equal(tool.database.sql(`SELECT password_hash FROM ${schema}.users`), hash);
});

test('an address with another name is a conflict that changes nothing', () => {
  const slug = freshTenant();
  createUser(slug, 'a@acme.example', '--name', 'Ann Lee');
  assertRefused(createUser(slug, 'a@acme.example', '--name', 'Somebody Else'), 4, 'user_taken');
  assert.equal(tool.json('user', 'list', '--tenant', slug).document.users[0].name, 'Ann Lee');
});

test('takes passwords of 12 to 1,024 bytes, without one closing newline', () => {
  const slug = freshTenant();
  for (const [name, input] of Object.entries({
    least: 'xy'.repeat(6), 'least-and-newline': `${'xy'.repeat(6)}\n`, most: 'xy'.repeat(512), 'most-and-newline': `${'xy'.repeat(512)}\n`,
  })) {
    const made = tool.run({ input }, 'user', 'create', '--tenant', slug, '--email', `${name}@acme.example`, '--password-stdin');
    assert.equal(made.status, 0, made.stderr);
  }
});

test('a pending user is approved, and approved again is already so', () => {
  const slug = freshTenant();
  assert.equal(createUser(slug, 'a@acme.example', '--pending').document.user.status, 'pending');
  for (let i = 0; i < 2; ++i) {
    const { status, document } = tool.json('user', 'approve', '--tenant', slug, '--email', 'A@acme.example');
    assert.equal(status, 0);
    assert.equal(document.user.status, 'approved');
  }
  assert.equal(tool.json('user', 'list', '--tenant', slug).document.users[0].status, 'approved');
});

test('lists the users of one tenant by address', () => {
  const slug = freshTenant();
  const other = freshTenant();
  createUser(other, 'elsewhere@acme.example');
  for (const name of ['c', 'a', 'b']) createUser(slug, `${name}@acme.example`);
  const { document } = tool.json('user', 'list', '--tenant', slug);
  assert.deepEqual(document.users.map((user) => user.email), ['a@acme.example', 'b@acme.example', 'c@acme.example']);
  assert.match(tool.run('user', 'list', '--tenant', slug).stdout, /^E-MAIL +NAME +STATUS +CREATED\na@acme\.example +a +approved +\d{4}-/);
});

test('says that there are none yet', () => {
  const slug = freshTenant();
  assert.deepEqual(tool.json('user', 'list', '--tenant', slug).document, { users: [] });
  assert.match(tool.run('user', 'list', '--tenant', slug).stdout, /claviger user create/);
});

test('an unknown tenant and an unknown user are not found', () => {
  const slug = freshTenant();
  for (const args of [['tenant', 'show'], ['user', 'list', '--tenant']])
    assertRefused(tool.json(...args, 'no-such-tenant'), 3, 'tenant_not_found');
  assertRefused(createUser('no-such-tenant', 'a@acme.example'), 3, 'tenant_not_found');
  assertRefused(tool.json('user', 'approve', '--tenant', slug, '--email', 'nobody@acme.example'), 3, 'user_not_found');
});

test('a password stands in no output and in no column', () => {
  const slug = freshTenant();
  const args = ['user', 'create', '--tenant', slug, '--email', 'a@acme.example', '--password-stdin'];
  for (const more of [[], ['--json'], ['--name', 'Other']]) {
    const { stdout, stderr } = tool.run({ input: `${password}\n` }, ...args, ...more);
    assert.ok(!(stdout + stderr).includes(password));
  }
  const row = tool.database.sql(`SELECT * FROM claviger_t_${slug.replace('-', '_')}.users`);
  assert.ok(row.includes('a@acme.example') && !row.includes(password));
});

// --- around them ---

test('a verb answers within 100 ms beyond its own work', () => {
  const slug = freshTenant();
  for (const args of [['tenant', 'show', slug], ['user', 'list', '--tenant', slug], ['--version']]) {
    // The quickest of many runs: the cost of the verb when nothing gets in its way.
    let quickest = Infinity;
    for (let i = 0; i < 50 && quickest >= 100; ++i) {
      const began = performance.now();
      assert.equal(tool.run(...args).status, 0);
      quickest = Math.min(quickest, performance.now() - began);
    }
    assert.ok(quickest < 100, `${args.join(' ')}: ${quickest} ms`);
  }
});

test('data that cannot be written is a failure', () => {
  const { status, stderr } = tool.run({ stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] }, 'tenant', 'list');
  assert.equal(status, 1);
  assert.match(stderr, /cannot be written/);
});

test('without the database it fails, says so, and changes nothing', async () => {
  const slug = freshTenant();
  await tool.database.kill();
  for (const args of [['tenant', 'list'], ['migrate'], ['migrate', 'status'], ['user', 'list', '--tenant', slug]])
    assertRefused(tool.json(...args), 1, 'unavailable');
  assertRefused(createUser(slug, 'a@acme.example'), 1, 'unavailable');
  await tool.database.start();
  assert.deepEqual(tool.json('user', 'list', '--tenant', slug).document.users, []);
});
