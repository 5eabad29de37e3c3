// A suspension acts at the next request, everywhere, while requests keep coming. Once it ends, a tenant is as before. A
// suspended user's keys work again, while the user's sessions stay ended.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

let service;
before(async () => {
  service = await startService();
});
after(() => service?.stop());

// Runs the tool beside the requests that are under way.
async function tool(...args) {
  const child = spawn(join(root, 'build/cli/claviger'), ['--config', service.config, ...args], { stdio: 'ignore' });
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0, args.join(' '));
}

async function scene() {
  const tenant = service.tenant();
  const user = service.user(tenant);
  const visitor = await service.signedIn(tenant, user);
  return { tenant, user, visitor, key: await visitor.createKey('Scripts') };
}

const askAll = ({ tenant, visitor, key }) => ({
  verify: () => service.verify(tenant, key.fullKey),
  me: () => service.request({ host: tenant.host, path: '/v1/me', headers: { 'X-Api-Key': key.fullKey } }),
  guard: () => service.request({ host: tenant.host, path: '/v1/verify/guard', headers: { 'X-Api-Key': key.fullKey } }),
  list: () => visitor.get('/api/api-keys'),
  page: () => visitor.get('/settings/api-keys'),
});

// Sends requests without a pause until stopped, two of each kind at a time. Records when each request began and its
// status.
function startLoad(asks) {
  const seen = [];
  let running = true;
  const loops = [...Object.entries(asks), ...Object.entries(asks)].map(async ([name, ask]) => {
    while (running) {
      const began = performance.now();
      seen.push({ name, began, status: (await ask()).status });
    }
  });
  return { seen, stop: () => ((running = false), Promise.all(loops)) };
}

const since = (load, moment) => load.seen.filter(({ began }) => began >= moment);
const enough = (load, moment) => until('requests to be answered', () => since(load, moment).length >= 40, 30);

test('a tenant suspended under load is refused from the next request on, and resumes as it was', async () => {
  const all = await scene();
  const other = await scene();
  const load = startLoad(askAll(all));
  await enough(load, 0);
  const ok = Object.fromEntries(load.seen.map(({ name, status }) => [name, status]));
  for (let round = 0; round < 3; ++round) {
    await tool('tenant', 'suspend', all.tenant.slug);
    const suspended = performance.now();
    await enough(load, suspended);
    const refused = since(load, suspended);
    assert.ok(refused.every(({ status }) => status === 403), JSON.stringify(refused.find(({ status }) => status !== 403)));
    assert.equal((await service.verify(other.tenant, other.key.fullKey)).status, 204);

    await tool('tenant', 'resume', all.tenant.slug);
    const resumed = performance.now();
    await enough(load, resumed);
    for (const { name, status } of since(load, resumed)) assert.equal(status, ok[name], name);
  }
  await load.stop();
  assert.deepEqual((await all.visitor.get('/api/api-keys')).json().keys.map(({ id }) => id), [all.key.id]);
});

test('a suspended tenant signs nobody in', async () => {
  const { tenant, user } = await scene();
  await tool('tenant', 'suspend', tenant.slug);
  const answer = await service.visitor(tenant).get('/login');
  assert.equal(answer.status, 403);
  await tool('tenant', 'resume', tenant.slug);
  assert.equal((await service.visitor(tenant).signIn(user)).status, 303);
});

test('a user suspended under load is refused with sessions and keys; approved, the keys are as they were', async () => {
  const all = await scene();
  const asks = askAll(all);
  const load = startLoad(asks);
  await enough(load, 0);
  await tool('user', 'suspend', '--tenant', all.tenant.slug, '--email', all.user.email);
  const suspended = performance.now();
  await enough(load, suspended);
  const expected = { verify: 401, me: 401, guard: 401, list: 401, page: 302 };
  for (const { name, status } of since(load, suspended)) assert.equal(status, expected[name], name);
  assert.equal((await service.visitor(all.tenant).signIn(all.user)).status, 401);

  await tool('user', 'approve', '--tenant', all.tenant.slug, '--email', all.user.email);
  const approved = performance.now();
  await enough(load, approved);
  await load.stop();
  const now = { verify: 204, me: 200, list: 401, page: 302 }; // the sessions were ended for good
  for (const { name, status } of since(load, approved)) if (name in now) assert.equal(status, now[name], name);
  assert.equal((await service.visitor(all.tenant).signIn(all.user)).status, 303);
});

for (const verb of ['sign-out', 'set-password']) {
  test(`\`user ${verb}\` ends every session of that user and nothing else`, async () => {
    const all = await scene();
    const second = await service.signedIn(all.tenant, all.user);
    const other = await service.signedIn(all.tenant, service.user(all.tenant));
    const more = verb === 'set-password' ? ['--password-stdin'] : [];
    service.mustTool(['user', verb, '--tenant', all.tenant.slug, '--email', all.user.email, ...more], { input: 'quite another password\n' });
    for (const visitor of [all.visitor, second]) assert.equal((await visitor.get('/api/api-keys')).status, 401);
    assert.equal((await other.get('/api/api-keys')).status, 200);
    assert.equal((await service.verify(all.tenant, all.key.fullKey)).status, 204);
    const password = verb === 'set-password' ? 'quite another password' : all.user.password;
    assert.equal((await service.visitor(all.tenant).signIn({ email: all.user.email, password })).status, 303);
  });
}

for (const verb of ['unlock', 'set-password']) {
  test(`\`user ${verb}\` ends a lock-out`, async () => {
    const { tenant, user } = await scene();
    const stranger = service.visitor(tenant);
    for (let i = 0; i < 10; ++i) assert.equal((await stranger.signIn({ ...user, password: 'a wrong password' })).status, 401);
    assert.equal((await stranger.signIn(user)).status, 429);
    const args = ['user', verb, '--tenant', tenant.slug, '--email', user.email];
    if (verb === 'unlock') {
      service.mustTool([...args, '--dry-run']);
      assert.equal((await stranger.signIn(user)).status, 429);
      assert.match(service.tool(args).stdout, /^Unlocked user /);
      assert.match(service.tool(args).stdout, /^No attempts are counted: user /);
    } else {
      service.mustTool([...args, '--password-stdin'], { input: `${user.password}\n` });
    }
    assert.equal((await stranger.signIn(user)).status, 303);
  });
}

test('a password that was replaced opens nothing', async () => {
  const { tenant, user } = await scene();
  const args = ['user', 'set-password', '--tenant', tenant.slug, '--email', user.email, '--password-stdin'];
  service.mustTool(args, { input: 'quite another password\n' });
  assert.equal((await service.visitor(tenant).signIn(user)).status, 401);
});

for (const verb of ['regenerate', 'revoke']) {
  test(`\`key ${verb}\` ends the value for the next request, under load`, async () => {
    const all = await scene();
    const { verify } = askAll(all);
    const load = startLoad({ verify });
    await enough(load, 0);
    await tool('key', verb, '--tenant', all.tenant.slug, '--id', all.key.id);
    const ended = performance.now();
    await enough(load, ended);
    await load.stop();
    for (const { status } of since(load, ended)) assert.equal(status, 401);
  });
}
