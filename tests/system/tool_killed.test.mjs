// Every create is killed after each of its statements and run again. It ends in the same state each time, and so do two
// runs at once.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startProxy } from '../support/cutting_proxy.mjs';
import { program, startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple\n';

let tool, proxy;
let count = 0;

before(async () => {
  tool = await startTool();
  assert.equal(tool.run('migrate').status, 0);
  proxy = await startProxy(tool.database.socket, join(tool.database.folder, 'cut.sock'));
  tool.configure({ 'database.socket': proxy.path });
});
after(async () => {
  await proxy?.stop();
  await tool?.stop();
});

const run = (n, args, input) => proxy.run(n, program, ['--config', tool.config, ...args, '--json'], input);
const sql = (text) => tool.database.sql(text);
const schemaOf = (slug) => `claviger_t_${slug.replaceAll('-', '_')}`;

function freshSlug() {
  count += 1;
  return `k${count}-x`;
}

async function freshTenant() {
  const slug = freshSlug();
  const made = await run(undefined, ['tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc']);
  assert.equal(made.status, 0, made.stderr);
  return slug;
}

async function freshUser() {
  const slug = await freshTenant();
  const args = ['user', 'create', '--tenant', slug, '--email', 'a@acme.example', '--password-stdin'];
  assert.equal((await run(undefined, args, password)).status, 0);
  return slug;
}

// The whole state of a tenant, without the parts that differ from one tenant to the next.
function stateOf(slug) {
  const schema = schemaOf(slug);
  const role = tool.database.roleOf(slug);
  const alike = (text) => text?.replaceAll(schema, 'SCHEMA').replaceAll(schema.replaceAll('_', '\\_'), 'SCHEMA')
    .replaceAll(schema.replaceAll('_', '\\\\_'), 'SCHEMA').replaceAll(role, 'ROLE').replaceAll(slug, 'SLUG');
  const state = {
    tenant: alike(sql(`SELECT slug, name, status, schema_name, schema_version FROM claviger.tenants WHERE slug = '${slug}'`)),
    hosts: alike(sql(`SELECT host FROM claviger.tenant_hosts h JOIN claviger.tenants t ON t.id = h.tenant_id WHERE t.slug = '${slug}'`)),
    tables: sql(`SHOW TABLES IN ${schema}`),
    history: sql(`SELECT version, name, HEX(checksum) FROM ${schema}.schema_migrations ORDER BY version`),
    grants: alike(sql(`SHOW GRANTS FOR ${role}`))?.split('\n').sort().join('\n'), // the server has no fixed order
    taken: sql(`SELECT COUNT(*) FROM mysql.roles_mapping WHERE Role = '${role}' AND User = 'claviger_worker'`),
    users: sql(`SELECT email, name, status, LEFT(password_hash, 10) FROM ${schema}.users ORDER BY email`),
    keys: sql(`SELECT name, generation, deleted_at IS NULL FROM ${schema}.api_keys ORDER BY name`),
    audit: sql(`SELECT action, COUNT(*) FROM ${schema}.audit_events GROUP BY action ORDER BY action`),
  };
  for (const [what, text] of Object.entries(state)) assert.notEqual(text, undefined, `${what} of ${slug} cannot be read`);
  return state;
}

// `prepare` makes what the create needs and returns the slug. `argsOf` returns the arguments of the create.
async function killAtEachStep({ prepare, argsOf, input, again }) {
  const whole = await prepare();
  const unhurt = await run(undefined, argsOf(whole), input);
  assert.equal(unhurt.status, 0, unhurt.stderr);
  const expected = stateOf(whole);
  let killed = 0;
  for (let n = 1; n <= unhurt.steps; ++n) {
    const slug = await prepare();
    const cut = await run(n, argsOf(slug), input);
    killed += cut.killed ? 1 : 0;
    const second = await run(undefined, argsOf(slug), input);
    assert.ok(again.includes(second.status), `after ${n} of ${unhurt.steps} statements: ${second.status} ${second.stderr}`);
    assert.deepEqual(stateOf(slug), expected, `killed after ${n} of ${unhurt.steps} statements`);
  }
  assert.equal(killed, unhurt.steps, 'each of these runs was killed');
  return unhurt.steps;
}

test('`tenant create` may be killed after each statement', async (context) => {
  const argsOf = (slug) => ['tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Acme Inc'];
  const steps = await killAtEachStep({ prepare: async () => freshSlug(), argsOf, again: [0] });
  assert.ok(steps > 15, `${steps} steps`);
  context.diagnostic(`${steps} statements`);
});

test('`user create` may be killed after each statement', async (context) => {
  const argsOf = (slug) => ['user', 'create', '--tenant', slug, '--email', 'a@acme.example', '--password-stdin'];
  const steps = await killAtEachStep({ prepare: freshTenant, argsOf, input: password, again: [0] });
  context.diagnostic(`${steps} statements`);
});

test('`key create` may be killed after each statement: one key is there, and at most one was shown', async (context) => {
  const argsOf = (slug) => ['key', 'create', '--tenant', slug, '--email', 'a@acme.example', '--name', 'Scripts'];
  // The second run finds a key that was stored and never shown. This is a conflict (4), whose text says how to replace
  // the key.
  const steps = await killAtEachStep({ prepare: freshUser, argsOf, again: [0, 4] });
  context.diagnostic(`${steps} statements`);
});

test('of users created at once there is one', async () => {
  const slug = await freshTenant();
  const args = ['user', 'create', '--tenant', slug, '--email', 'a@acme.example', '--password-stdin'];
  const runs = await Promise.all(Array.from({ length: 8 }, () => tool.start({ input: password }, ...args)));
  for (const { status, stderr } of runs) assert.equal(status, 0, stderr);
  assert.equal(stateOf(slug).users.split('\n').length, 1);
  assert.equal(stateOf(slug).audit, 'user_created\t1');
});

test('of keys created at once under one name there is one, shown once', async () => {
  const slug = await freshUser();
  const args = ['key', 'create', '--tenant', slug, '--email', 'a@acme.example', '--name', 'Scripts', '--quiet'];
  const runs = await Promise.all(Array.from({ length: 8 }, () => tool.start({}, ...args)));
  assert.deepEqual(runs.map(({ status }) => status).sort(), [0, 4, 4, 4, 4, 4, 4, 4]);
  assert.equal(runs.filter(({ stdout }) => /^pk_live_\w{38}\n$/.test(stdout)).length, 1);
  assert.equal(stateOf(slug).keys, 'Scripts\t1\t1');
});
