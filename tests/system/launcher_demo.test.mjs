// ./claviger demo from start to end. The build exists already, so each start here is like a user's second one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { newVar, runLauncher, startDemo } from '../support/demo.mjs';
import { request, Visitor } from '../support/http.mjs';
import { processesWith, until } from '../support/processes.mjs';

const secrets = ['pepper', 'prune_password', 'sign_in_password', 'tool_password', 'worker_password'];
const folder = newVar();
let demo;
let key;

before(async () => (demo = await startDemo(folder)));
after(() => demo?.remove());

const verify = () => new Visitor(demo.port, 'acme.localhost').get('/v1/verify', { headers: { 'X-Api-Key': key.fullKey } });
const secret = (name) => readFileSync(join(folder, 'secrets', name), 'utf8');

// All that the demo starts holds the folder's lock, nginx's own children included. When the lock is free, none of it
// runs.
const isLocked = () => spawnSync('flock', ['--nonblock', join(folder, 'lock'), 'true']).status !== 0;
const nothingRuns = async (patience = 0) => {
  if (patience > 0) await until('everything to end', () => !isLocked(), patience);
  assert.equal(isLocked(), false);
  assert.deepEqual(processesWith(folder), []);
  await assert.rejects(request({ port: demo.port }), { code: 'ECONNREFUSED' });
};

test('printsItsAddressAndTheSignIns', () => {
  assert.match(demo.output(), new RegExp(`^Claviger is ready: http://acme\\.localhost:${demo.port}$`, 'm'));
  assert.match(demo.output(), new RegExp(`curl .*http://acme\\.localhost:${demo.port}/v1/me`));
  assert.equal(demo.signIn('acme.localhost').email, 'owner@acme.example');
  assert.equal(demo.signIn('globex.localhost').email, 'owner@globex.example');
});

test('letsBothOwnersSignInAndUseAKey', async () => {
  for (const host of ['globex.localhost', 'acme.localhost']) {
    const visitor = new Visitor(demo.port, host);
    assert.equal((await visitor.signIn(demo.signIn(host))).status, 303);
    key = await visitor.createKey('First');
    assert.match(key.fullKey, /^pk_live_[0-9A-Za-z]{38}$/);
    const me = await visitor.get('/v1/me', { headers: { Authorization: `Bearer ${key.fullKey}` } });
    assert.equal(me.json().user.email, demo.signIn(host).email);
  }
});

test('keepsSecretsToThisAccount', () => {
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(folder, 'secrets')).sort(), secrets);
  for (const name of secrets) assert.equal(statSync(join(folder, 'secrets', name)).mode & 0o777, 0o600, name);
  assert.match(secret('pepper'), /^1:[0-9a-f]{64}\n$/);
});

// Returns what /proc shows to this account. The workers close their files to other accounts, and a process may end at
// any time.
function shown(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

test('putsNoSecretIntoArgumentsEnvironmentOrLogs', () => {
  const environmentOf = (pid) => shown(() => readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
  const seen = demo.processes().map(({ pid, command }) => command + environmentOf(pid)).join('\n')
    + readdirSync(join(folder, 'log')).map((name) => readFileSync(join(folder, 'log', name), 'utf8')).join('\n')
    + readFileSync(join(folder, 'claviger.conf'), 'utf8');
  for (const name of secrets) assert.ok(!seen.includes(secret(name).trim().replace('1:', '')), name);
  assert.ok(!seen.includes(key.fullKey));
});

test('listensOnOnePortOfLoopbackAlone', () => {
  const descriptors = demo.processes().flatMap(({ pid }) =>
    shown(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) => shown(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')));
  const listeners = ['tcp', 'tcp6', 'udp', 'udp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((field) => ['0A', '07'].includes(field[3]) && descriptors.includes(`socket:[${field[9]}]`));
  const port = demo.port.toString(16).toUpperCase().padStart(4, '0');
  assert.deepEqual([...new Set(listeners.map((field) => field[1]))], [`0100007F:${port}`]);
});

test('refusesASecondDemoOnTheSameFolder', async () => {
  const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: folder, PORT: String(demo.port) });
  assert.equal(status, 1);
  assert.match(output, /a demo is already running on/);
  assert.equal((await verify()).status, 204, 'the first one goes on');
});

test('handsToolVerbsToItsOwnConfiguration', async () => {
  const { status, output } = await runLauncher(['tenant', 'list', '--json'], { CLAVIGER_VAR: folder });
  assert.equal(status, 0);
  assert.match(output, /acme\.localhost/);
  assert.match(output, /globex\.localhost/);
});

test('stopsEverythingAtCtrlCAndKeepsTheDataForAQuickSecondStart', async () => {
  const before = secrets.map(secret);
  const [first, second] = [demo.signIn('acme.localhost'), demo.processes().length];
  assert.ok(second >= 4, 'mariadb, master, worker, nginx');
  assert.equal(await demo.end('SIGINT'), 0);
  await nothingRuns();

  const began = Date.now();
  demo = await startDemo(folder);
  assert.ok(Date.now() - began < 10_000, `ready after ${Date.now() - began} ms`);
  assert.deepEqual(secrets.map(secret), before);
  assert.deepEqual(demo.signIn('acme.localhost'), first);
  assert.equal((await verify()).status, 204, 'the key lives on');
});

test('stopsEverythingAtSigterm', async () => {
  assert.equal(await demo.end('SIGTERM'), 0);
  await nothingRuns();
});

for (const name of ['nginx', 'claviger-fcgi', 'mariadb']) {
  test(`endsWithAMessageWhen ${name} crashes`, async () => {
    demo = await startDemo(folder);
    const parent = demo.child.pid;
    const parentOf = (pid) => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]);
    const victim = demo.processes().find(({ pid, command }) => command.includes(name) && parentOf(pid) === parent);
    process.kill(victim.pid, 'SIGKILL');
    assert.equal(await demo.ended, 1);
    assert.match(demo.output(), new RegExp(`${name} has ended unexpectedly`));
    await nothingRuns();
  });
}

test('leavesNothingBehindWhenTheLauncherItselfIsKilled', async () => {
  demo = await startDemo(folder);
  demo.child.kill('SIGKILL');
  await nothingRuns(10);
});

test('saysWhyWhenSomethingDoesNotStart', async () => {
  const pepper = join(folder, 'secrets/pepper');
  const kept = readFileSync(pepper);
  writeFileSync(pepper, 'not a pepper\n');
  const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: folder, PORT: String(demo.port) });
  writeFileSync(pepper, kept);
  assert.equal(status, 1);
  assert.match(output, /pepper/);
  await nothingRuns();
});
