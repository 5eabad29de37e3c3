// `user set-password` runs against a sign-in with the old password at the same instant. Once the tool has answered, no
// session that the old password has opened is active. The test holds the user's row, so that both wait for it in the
// order that the test chooses. The tool hashes at another cost than the workers. So each sign-in tries to renew the old
// password.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

const patience = { 'database.timeout_seconds': 30 }; // both wait while the test arranges them

let tool, service;

before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0');
  tool.configure({ ...patience, 'passwords.memory_mib': 9 });
  service = await startService({ ...tool.database.settings, ...patience });
});
after(async () => {
  await service?.stop();
  await tool?.stop();
});

function scene() {
  const tenant = service.tenant();
  const user = service.user(tenant);
  const schema = `claviger_t_${tenant.slug}`;
  const args = ['user', 'set-password', '--tenant', tenant.slug, '--email', user.email, '--password-stdin'];
  assert.equal(tool.run({ input: user.password }, ...args).status, 0);
  return {
    tenant, user, schema,
    signIn: async () => {
      const visitor = service.visitor(tenant);
      return { visitor, status: (await visitor.signIn(user)).status };
    },
    setPassword: () => tool.start({ input: 'quite another password\n' }, ...args),
  };
}

// Locks the rows of the users. The returned function releases them.
async function hold(schema) {
  const client = spawn('mariadb', ['--no-defaults', `--socket=${tool.database.socket}`, '--batch', '--unbuffered', '--skip-column-names'], { stdio: ['pipe', 'pipe', 'inherit'] });
  client.stdin.write(`BEGIN; SELECT email FROM ${schema}.users FOR UPDATE;\n`);
  await once(client.stdout, 'data');
  return async () => {
    client.stdin.end('COMMIT;\n');
    await once(client, 'exit');
  };
}

// Reads processlist and not innodb_trx. InnoDB refreshes innodb_trx only when it was not read for a tenth of a second.
const waiting = (howMany) =>
  until(`${howMany} to wait for the row`, () => tool.database.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT status FROM % FOR UPDATE'") === String(howMany));

const costOf = ({ schema }) => tool.database.sql(`SELECT SUBSTRING_INDEX(password_hash, '$', 4) FROM ${schema}.users`).split('$').at(-1);
const costs = { workers: 'm=8192,t=1,p=1', tool: 'm=9216,t=1,p=1' };

async function assertNothingLives({ schema }, { visitor }) {
  assert.equal(tool.database.sql(`SELECT COUNT(*) FROM ${schema}.sessions WHERE ended_at IS NULL`), '0');
  assert.equal((await visitor.get('/api/api-keys')).status, 401);
}

test('a sign-in that came first is ended', async () => {
  const one = scene();
  const release = await hold(one.schema);
  const signIn = one.signIn();
  await waiting(1);
  const setPassword = one.setPassword();
  await waiting(2);
  await release();
  assert.equal((await setPassword).status, 0);
  const signedIn = await signIn;
  assert.equal(signedIn.status, 303);
  await assertNothingLives(one, signedIn);
});

test('a sign-in that came second, with the old password already found right, is refused', async () => {
  const one = scene();
  const release = await hold(one.schema);
  const setPassword = one.setPassword();
  await waiting(1);
  const signIn = one.signIn();
  await waiting(2); // it waits with the password that it has read before
  await release();
  assert.equal((await setPassword).status, 0);
  const signedIn = await signIn;
  assert.equal(signedIn.status, 401);
  await assertNothingLives(one, signedIn);
});

test('in whatever order they meet, nothing that the old password has opened lives on', async () => {
  for (let round = 0; round < 8; ++round) {
    const one = scene();
    const [first, second, { status, stderr }] = await Promise.all([one.signIn(), one.signIn(), one.setPassword()]);
    assert.equal(status, 0, stderr);
    for (const signedIn of [first, second]) {
      assert.ok([303, 401].includes(signedIn.status), String(signedIn.status));
      await assertNothingLives(one, signedIn);
    }
  }
});

test('a password of another cost is renewed by a sign-in, and one that was replaced since is not', async () => {
  const one = scene();
  assert.equal(costOf(one), costs.tool);
  assert.equal((await one.signIn()).status, 303);
  assert.equal(costOf(one), costs.workers);
  assert.equal((await one.signIn()).status, 303);

  for (const [first, second] of [['signIn', 'setPassword'], ['setPassword', 'signIn']]) {
    const other = scene();
    const release = await hold(other.schema);
    const done = [other[first]()];
    await waiting(1);
    done.push(other[second]());
    await waiting(2);
    await release();
    await Promise.all(done);
    assert.equal(costOf(other), costs.tool, `${second} came second`);
    const fresh = service.visitor(other.tenant);
    assert.equal((await fresh.signIn({ ...other.user, password: 'quite another password' })).status, 303);
  }
});
