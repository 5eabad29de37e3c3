// The changes that the tool's verbs make to tenants, users and keys, and what they leave unchanged.

import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple\n';
const email = 'ann@acme.example';

let tool;
let count = 0;

before(async () => {
  tool = await startTool();
  assert.equal(tool.run('migrate').status, 0);
});
after(() => tool?.stop());

function freshTenant() {
  count += 1;
  const slug = `c${count}-x`;
  assert.equal(tool.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc').status, 0);
  return slug;
}

function freshUser() {
  const slug = freshTenant();
  const args = ['user', 'create', '--tenant', slug, '--email', email, '--password-stdin'];
  assert.equal(tool.run({ input: password }, ...args).status, 0);
  return slug;
}

const of = (slug) => ['--tenant', slug, '--email', email];
const schemaOf = (slug) => `claviger_t_${slug.replace('-', '_')}`;
const sql = (slug, text) => tool.database.sql(text.replaceAll('SCHEMA', schemaOf(slug)));
const audit = (slug) => sql(slug, 'SELECT action FROM SCHEMA.audit_events ORDER BY happened_at, id').split('\n');

function createKey(slug, name = 'Scripts') {
  const { status, document, stderr } = tool.json('key', 'create', ...of(slug), '--name', name);
  assert.equal(status, 0, stderr);
  return document.key;
}

function assertRefused({ status, document, stderr }, expectedStatus, code) {
  assert.equal(status, expectedStatus, stderr);
  assert.equal(document.error.code, code);
  assert.ok(document.error.message.length > 0 && document.error.next.length > 0);
}

// --- tenants ---

test('suspends and resumes a tenant, and is then already so', () => {
  const slug = freshTenant();
  for (const [verb, status] of [['suspend', 'suspended'], ['resume', 'active']]) {
    for (const changed of [true, false]) {
      const answer = tool.json('tenant', verb, slug);
      assert.equal(answer.status, 0);
      assert.equal(answer.document.changed, changed);
      assert.equal(answer.document.tenant.status, status);
    }
    assert.equal(tool.json('tenant', 'show', slug).document.tenant.status, status);
  }
});

test('renames a tenant, whose users and keys stay', () => {
  const slug = freshUser();
  const key = createKey(slug);
  const { document } = tool.json('tenant', 'rename', slug, '--slug', `${slug}-new`, '--name', 'Ácme 鍵');
  assert.equal(document.changed, true);
  assert.equal(document.tenant.name, 'Ácme 鍵');
  assertRefused(tool.json('tenant', 'show', slug), 3, 'tenant_not_found');
  assert.equal(tool.json('key', 'list', '--tenant', `${slug}-new`).document.keys[0].id, key.id);
});

test('renames no tenant to the slug of another', () => {
  const slug = freshTenant();
  const other = freshTenant();
  assertRefused(tool.json('tenant', 'rename', slug, '--slug', other, '--name', 'Stolen'), 4, 'tenant_taken');
  for (const each of [slug, other]) assert.equal(tool.json('tenant', 'show', each).document.tenant.name, 'Acme Inc');
});

// --- users ---

test('suspends a user and approves them again', () => {
  const slug = freshUser();
  for (const changed of [true, false]) {
    const { status, document } = tool.json('user', 'suspend', ...of(slug));
    assert.equal(status, 0);
    assert.deepEqual([document.changed, document.user.status, document.endedSessions], [changed, 'suspended', 0]);
  }
  assert.equal(tool.json('user', 'approve', ...of(slug)).document.user.status, 'approved');
  assert.deepEqual(audit(slug), ['user_created', 'user_suspended', 'user_approved']);
});

test('a password that is easy to guess is refused with what to choose instead, and changes nothing', () => {
  const slug = freshUser();
  const rows = () => tool.database.sql(`SELECT email, password_hash FROM claviger_t_${slug.replace('-', '_')}.users`);
  const create = ['user', 'create', '--tenant', slug, '--email', 'bob@acme.example', '--password-stdin'];
  const before = rows();
  for (const [easy, why] of [
    ['Qwertyuiop123', /one of the 3,000 commonest/],
    ['!!!!!!!!!!!!', /one character, repeated/],
    ['bob@acme.example', /words of the e-mail/],
    ['Bob-Acme-2026', /words of the e-mail/],
    ['839201746512', /words of the e-mail/],
  ]) {
    const setPassword = ['user', 'set-password', ...of(slug), '--password-stdin'];
    for (const args of /e-mail/.test(why) ? [create] : [create, setPassword, [...setPassword, '--dry-run']]) {
      const refused = tool.json({ input: `${easy}\n` }, ...args);
      assert.deepEqual([refused.status, refused.document.error.code], [2, 'usage']);
      assert.match(refused.document.error.message, why);
      assert.match(refused.document.error.message, /Choose another one/);
      assert.ok(!refused.stderr.includes(easy));
    }
  }
  assert.equal(rows(), before);
});

test('replaces a password and shows it nowhere', () => {
  const slug = freshUser();
  const before = sql(slug, 'SELECT password_hash FROM SCHEMA.users');
  const { status, stdout, stderr } = tool.run({ input: 'quite another password\n' }, 'user', 'set-password', ...of(slug), '--password-stdin');
  assert.equal(status, 0, stderr);
  assert.ok(!(stdout + stderr).includes('quite another'));
  const now = sql(slug, 'SELECT password_hash FROM SCHEMA.users');
  assert.match(now, /^\$argon2id\$/);
  assert.notEqual(now, before);
});

// The release before set no limit on open sessions, and its workers read the rows. So every row has to be ended.
for (const [verb, ...options] of [['sign-out'], ['suspend'], ['set-password', '--password-stdin']])
  test(`user ${verb} ends every row of thousands of open sessions, and none of another user`, () => {
    const slug = freshUser();
    assert.equal(tool.run({ input: password }, 'user', 'create', '--tenant', slug, '--email', 'bob@acme.example', '--password-stdin').status, 0);
    const fill = (name, count) => sql(slug, `INSERT INTO SCHEMA.sessions (token_hash, user_id, created_at, last_seen_at, expires_at) SELECT UNHEX(SHA2(CONCAT('${name}', seq), 256)), id, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 10 HOUR FROM SCHEMA.users JOIN mysql.seq_1_to_${count} WHERE email = '${name}'`);
    const open = (name) => sql(slug, `SELECT COUNT(*) FROM SCHEMA.sessions WHERE ended_at IS NULL AND user_id = (SELECT id FROM SCHEMA.users WHERE email = '${name}')`);
    fill(email, 2500);
    fill('bob@acme.example', 60);
    assert.deepEqual([open(email), open('bob@acme.example')], ['2500', '60']);
    const dry = tool.json({ input: 'quite another password\n' }, 'user', verb, ...of(slug), ...options, '--dry-run');
    assert.deepEqual([dry.status, open(email)], [0, '2500'], dry.stderr);
    const began = performance.now();
    const { status, stderr } = tool.json({ input: 'quite another password\n' }, 'user', verb, ...of(slug), ...options);
    const took = performance.now() - began;
    assert.equal(status, 0, stderr);
    assert.deepEqual([open(email), open('bob@acme.example')], ['0', '60']);
    console.log(`user ${verb} beside 2,500 open sessions: ${took.toFixed(0)} ms`);
    assert.ok(took < 3000, `${took} ms`);
  });

test('changes nobody who is not there', () => {
  const slug = freshTenant();
  for (const verb of ['suspend', 'approve', 'sign-out']) assertRefused(tool.json('user', verb, ...of(slug)), 3, 'user_not_found');
  assertRefused(tool.json({ input: password }, 'user', 'set-password', ...of(slug), '--password-stdin'), 3, 'user_not_found');
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.audit_events'), '0');
});

test('the audit names the account of the operator', () => {
  const slug = freshUser();
  assert.match(sql(slug, 'SELECT address FROM SCHEMA.audit_events'), /^tool:\w+$/);
});

// --- keys ---

test('shows a full key once, on standard output alone, and stores its hash', () => {
  const slug = freshUser();
  const { status, stdout, stderr } = tool.run('key', 'create', ...of(slug), '--name', 'Scripts');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const fullKeys = stdout.match(/pk_live_\w{38}/g);
  assert.equal(fullKeys.length, 1);
  const rest = ['key', 'list', '--tenant', slug];
  for (const args of [rest, [...rest, '--json'], [...rest, '--quiet']]) assert.ok(!tool.run(...args).stdout.includes(fullKeys[0]));
  for (const table of ['api_keys', 'audit_events']) assert.ok(!sql(slug, `SELECT * FROM SCHEMA.${table}`).includes(fullKeys[0]));
});

test('with --quiet prints the full key and nothing else', () => {
  const slug = freshUser();
  assert.match(tool.run('key', 'create', ...of(slug), '--name', 'Scripts', '--quiet').stdout, /^pk_live_\w{38}\n$/);
  const id = tool.run('key', 'list', '--tenant', slug, '--quiet').stdout;
  assert.match(id, /^[0-9a-f-]{36}\n$/);
  assert.match(tool.run('key', 'regenerate', '--tenant', slug, '--id', id.trim(), '-q').stdout, /^pk_live_\w{38}\n$/);
  assert.equal(tool.run('key', 'revoke', ...of(slug), '--name', 'Scripts', '-q').stdout, '');
});

test('a name in use is a conflict that stores nothing', () => {
  const slug = freshUser();
  createKey(slug);
  assertRefused(tool.json('key', 'create', ...of(slug), '--name', 'Scripts'), 4, 'name_taken');
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.api_keys'), '1');
});

test('nobody and a suspended user get no key', () => {
  const slug = freshUser();
  const nobody = ['key', 'create', '--tenant', slug, '--email', 'nobody@acme.example', '--name', 'Scripts'];
  assertRefused(tool.json(...nobody), 3, 'user_not_found');
  tool.run('user', 'suspend', ...of(slug));
  assertRefused(tool.json('key', 'create', ...of(slug), '--name', 'Scripts'), 4, 'user_not_approved');
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.api_keys'), '0');
});

test('regenerates under the same name and ends the old row', () => {
  const slug = freshUser();
  const old = createKey(slug);
  const { document } = tool.json('key', 'regenerate', ...of(slug), '--name', 'Scripts');
  assert.notEqual(document.key.fullKey, old.fullKey);
  assert.equal(document.key.name, 'Scripts');
  assert.equal(sql(slug, 'SELECT generation, deleted_at IS NULL FROM SCHEMA.api_keys ORDER BY generation'), '1\t0\n2\t1');
  assertRefused(tool.json('key', 'regenerate', '--tenant', slug, '--id', old.id), 3, 'key_not_found');
  assert.deepEqual(audit(slug), ['user_created', 'key_created', 'key_regenerated']);
});

test('disables a key, shows it so, enables it, and is then already so', () => {
  const slug = freshUser();
  const key = createKey(slug);
  const listed = () => tool.json('key', 'list', '--tenant', slug).document.keys[0];
  assert.equal(listed().state, 'live');
  for (const changed of [true, false]) {
    const { status, document } = tool.json('key', 'disable', '--tenant', slug, key.id);
    assert.equal(status, 0);
    assert.equal(document.changed, changed);
    assert.equal(document.key.disabledBy, 'operator');
  }
  assert.equal(listed().state, 'disabled');
  assert.ok(listed().disabledAt);
  assert.match(tool.run('key', 'list', '--tenant', slug).stdout, /disabled by operator/);
  for (const changed of [true, false]) {
    const { status, document } = tool.json('key', 'enable', ...of(slug), '--name', 'Scripts');
    assert.equal(status, 0);
    assert.equal(document.changed, changed);
  }
  assert.equal(listed().state, 'live');
  assert.deepEqual(audit(slug), ['user_created', 'key_created', 'key_disabled', 'key_enabled']);
});

test('disables nothing in a dry run, and no key of another tenant', () => {
  const slug = freshUser();
  const key = createKey(slug);
  assert.equal(tool.json('key', 'disable', '--tenant', slug, '--id', key.id, '--dry-run').document.key.state, 'disabled');
  assertRefused(tool.json('key', 'disable', '--tenant', freshTenant(), key.id), 3, 'key_not_found');
  assertRefused(tool.json('key', 'enable', '--tenant', slug, 'x'), 2, 'usage');
  assert.equal(tool.run('key', 'disable', '--tenant', slug).status, 2);
  assert.equal(tool.run('key', 'disable', '--tenant', slug, key.id, '--id', key.id).status, 2);
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.api_keys WHERE disabled_at IS NULL'), '1');
  assert.deepEqual(audit(slug), ['user_created', 'key_created']);
});

test('creates a key that expires, and none that has expired', () => {
  const slug = freshUser();
  const create = (...expires) => tool.json('key', 'create', ...of(slug), '--name', 'Scripts', ...expires);
  assertRefused(create('--expires', '2020-01-01'), 2, 'expiry_invalid');
  assert.equal(create('--expires', 'soon').status, 2);
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.api_keys'), '0');
  assert.equal(create('--expires', '2099-12-31').document.key.expiresAt, '2099-12-31T23:59:59.999Z');
  sql(slug, 'UPDATE SCHEMA.api_keys SET expires_at = UTC_TIMESTAMP(6)');
  assert.equal(tool.json('key', 'list', '--tenant', slug).document.keys[0].state, 'expired');
});

test('revokes a key, keeps its row, remembers that it died, and is then already so', () => {
  const slug = freshUser();
  const key = createKey(slug);
  for (const changed of [true, false]) {
    const { status, document } = tool.json('key', 'revoke', '--tenant', slug, '--id', key.id);
    assert.equal(status, 0);
    assert.equal(document.changed, changed);
  }
  assert.deepEqual(tool.json('key', 'list', '--tenant', slug).document.keys, []);
  assert.equal(sql(slug, 'SELECT COUNT(*) FROM SCHEMA.api_keys k JOIN claviger.dead_keys d ON d.key_hash = k.key_hash WHERE k.deleted_at IS NOT NULL'), '1');
  assert.deepEqual(audit(slug), ['user_created', 'key_created', 'key_revoked']);
});

test('revokes no key of another tenant', () => {
  const slug = freshUser();
  const key = createKey(slug);
  assertRefused(tool.json('key', 'revoke', '--tenant', freshTenant(), '--id', key.id), 3, 'key_not_found');
  assert.equal(tool.json('key', 'list', '--tenant', slug).document.keys.length, 1);
});

test('a key that nobody could read says how to replace it', () => {
  const slug = freshUser();
  const { status, stderr } = tool.run({ stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] }, 'key', 'create', ...of(slug), '--name', 'Scripts');
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`claviger key regenerate --tenant ${slug} --id [0-9a-f-]{36}`));
  assert.doesNotMatch(stderr, /pk_live_\w{38}/);
});

// --- dry runs ---

test('--dry-run answers as the verb would and changes nothing', () => {
  const slug = freshUser();
  const key = createKey(slug);
  const dump = () => [
    tool.database.sql('SELECT * FROM claviger.tenants ORDER BY slug'), tool.database.sql('SELECT * FROM claviger.tenant_hosts ORDER BY host'),
    tool.database.sql('SHOW DATABASES'), ...tool.database.tablesOf(schemaOf(slug)).map((table) => sql(slug, `SELECT * FROM SCHEMA.${table}`)),
  ];
  const before = dump();
  for (const args of [
    ['tenant', 'create', 'never-made', '--host', 'never.example', '--name', 'Never'], ['tenant', 'suspend', slug],
    ['tenant', 'rename', slug, '--slug', 'other-x'], ['user', 'suspend', ...of(slug)], ['user', 'set-password', ...of(slug), '--password-stdin'],
    ['user', 'create', '--tenant', slug, '--email', 'bob@acme.example', '--password-stdin'], ['key', 'create', ...of(slug), '--name', 'More'],
    ['key', 'regenerate', '--tenant', slug, '--id', key.id], ['key', 'revoke', '--tenant', slug, '--id', key.id],
  ]) {
    const { status, document, stderr } = tool.json({ input: password }, ...args, '--dry-run');
    assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
    assert.equal(document.dryRun, true);
    assert.doesNotMatch(JSON.stringify(document), /pk_live_\w{38}/);
  }
  assert.match(tool.run('tenant', 'suspend', slug, '--dry-run').stdout, /^Dry run: nothing was changed/);
  assertRefused(tool.json('tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Other', '--dry-run'), 4, 'tenant_taken');
  assertRefused(tool.json('key', 'create', ...of(slug), '--name', 'Scripts', '--dry-run'), 4, 'name_taken');
  assert.deepEqual(dump(), before);
});
