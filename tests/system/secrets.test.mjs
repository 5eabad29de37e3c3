// No secret of a run is found afterwards, raw or encoded. It is not in any file of a database that logs every
// statement, not in a dump, and not in any log. /proc shows it for no process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Canaries, dumpOf, familyOf, sizeOf } from '../support/canaries.mjs';
import { startDatabase } from '../support/database.mjs';
import { hiddenField } from '../support/http.mjs';
import { hasEnded, until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { program } from '../support/tool.mjs';

const talkative = ['--general-log', '--general-log-file=general.log', '--slow-query-log', '--slow-query-log-file=slow.log',
  '--long-query-time=0', '--log-bin=binlog', '--binlog-format=ROW', '--binlog-annotate-row-events=ON', '--log-warnings=9'];

describe('secrets', () => {
  const canaries = new Canaries();
  let database;
  let service;
  let tenant;
  let fresh;
  const toolTold = [];

  before(async () => {
    database = await startDatabase(...talkative);
    service = await startService(database.settings);
    const settings = readFileSync(service.config, 'utf8');
    const fileOf = (name) => readFileSync(settings.match(new RegExp(`^${name} = (.*)$`, 'm'))[1], 'utf8').trim();
    canaries.add('pepper', fileOf('pepper.file').split(':').pop());
    canaries.add("worker's database password", fileOf('database.worker_password_file'));
    canaries.add("tool's database password", fileOf('database.tool_password_file'));
    canaries.add("prune's database password", fileOf('database.prune_password_file'));

    tenant = service.tenant();
    const user = service.user(tenant);
    canaries.add('password', user.password);
    const visitor = service.visitor(tenant);
    const login = await visitor.get('/login');
    canaries.add('form token of the login page', hiddenField(login.body, 'csrf'));
    keepCookies('at the login page', visitor);
    await visitor.signIn(user);
    keepCookies('signed in', visitor);

    const form = await visitor.get('/settings/api-keys/new');
    const [csrf, once] = ['csrf', 'once'].map((name) => hiddenField(form.body, name));
    canaries.add('form token', csrf);
    canaries.add('one-time value', once);
    const shown = await visitor.postForm('/settings/api-keys', { csrf, once, name: 'By form' });
    addKey('key of the form', shown.body.match(/pk_live_[0-9A-Za-z]{38}/)[0]);
    await visitor.postForm('/settings/api-keys', { csrf, once, name: 'By form' });
    const made = await visitor.createKey('Canary');
    addKey('created key', made.fullKey);
    fresh = (await visitor.postJson(`/api/api-keys/${made.id}`)).json();
    addKey('regenerated key', fresh.fullKey);
    await service.verify(tenant, fresh.fullKey);

    await useTool(user);
    await misuse(visitor, user);
    await loseDatabase(visitor, user);
  });

  after(async () => {
    await service?.stop();
    await database?.stop();
  });

  function keepCookies(when, visitor) {
    for (const [name, value] of visitor.cookies) canaries.add(`cookie ${name} ${when}`, value);
  }

  // The first twelve characters may be known. The characters after them are the secret.
  function addKey(name, fullKey) {
    canaries.add(name, fullKey);
    canaries.add(`secret part of the ${name}`, fullKey.slice(12));
  }

  // Runs verbs that print or take a secret, and looks at the tool while it runs.
  async function useTool(user) {
    const password = 'a third password, of the tool';
    canaries.add('password that the tool was given', password);
    const args = ['--config', service.config, 'user', 'set-password', '--tenant', tenant.slug, '--email', user.email, '--password-stdin'];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => toolTold.push(chunk));
    child.stdin.write(password);
    await until('the tool to run', () => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes('set-password'));
    toolTold.push(...canaries.foundInProcesses([child.pid]));
    child.stdin.end('\n');
    await new Promise((resolve) => child.on('close', resolve));
    assert.equal(child.exitCode, 0, Buffer.concat(toolTold.map(Buffer.from)).toString());
    const made = service.tool(['key', 'create', '--tenant', tenant.slug, '--email', user.email, '--name', 'By the tool', '--json']);
    assert.equal(made.status, 0, made.stderr);
    addKey("tool's key", made.stdout.match(/pk_live_[0-9A-Za-z]{38}/)[0]);
    toolTold.push(made.stderr);
    user.password = password;
  }

  // Sends secrets in all the ways in which they can turn up where they do not belong.
  async function misuse(visitor, user) {
    const { fullKey } = fresh;
    const ask = (path, headers = {}) => service.request({ host: tenant.host, path, headers });
    await ask(`/v1/me?api_key=${fullKey}`);
    await ask(`/v1/verify?${fullKey}`);
    await ask(`/${fullKey}`);
    await ask(`/static/${fullKey}`);
    await ask(`/api/api-keys/${fullKey}`);
    await ask('/v1/me', { Authorization: `Basic ${fullKey}` });
    await ask('/v1/me', { Authorization: `Bearer ${fullKey}`, 'X-Api-Key': `${fullKey}x` });
    await ask('/v1/me', { Referer: `http://x/?k=${fullKey}`, 'User-Agent': fullKey, Cookie: `claviger_session=${fullKey}` });
    await ask('/healthz', { Host: `${fullKey.replace(/_/g, '-')}.localhost` });
    await visitor.postJson('/api/api-keys', { name: 7, fullKey });
    await visitor.request('POST', '/api/api-keys', { headers: { 'Content-Type': 'application/json' }, body: `{"${fullKey}` });
    await visitor.get(`/settings/api-keys?q=${fullKey}`);
    await service.visitor(tenant).signIn({ email: user.password, password: user.email });
    await service.visitor(tenant).signIn({ email: user.email, password: `${user.password}, but wrong` });
  }

  // Errors leak most. This fails every path in the middle, while it holds secrets.
  async function loseDatabase(visitor, user) {
    await database.kill();
    assert.equal((await visitor.postJson('/api/api-keys', { name: 'Lost' })).status, 503);
    assert.equal((await visitor.postJson(`/api/api-keys/${fresh.id}`)).status, 503);
    await service.visitor(tenant).signIn(user);
    await database.start();
    await until('the service to be back', async () => (await service.verify(tenant, fresh.fullKey)).status === 204);
  }

  test('are in no file of a database that writes down every statement', () => {
    const data = join(database.folder, 'db/data');
    assert.match(readFileSync(join(data, 'general.log'), 'latin1'), /INSERT INTO [^\n]*api_keys/, 'the general log is on');
    assert.match(readFileSync(join(data, 'slow.log'), 'latin1'), /INSERT INTO [^\n]*api_keys/, 'the slow log is on');
    assert.ok(sizeOf(join(data, 'binlog.000001')) > 10_000, 'the binary log is on');
    assert.deepEqual(canaries.foundIn(join(database.folder, 'db')), []);
    assert.deepEqual(canaries.foundIn(join(database.folder, 'log')), []);
  });

  test('are not in a dump of the whole database', () => {
    const dump = dumpOf(database.socket);
    assert.ok(dump.includes('INSERT INTO `api_keys`'));
    assert.deepEqual(canaries.foundInText(Buffer.from(dump, 'latin1')), []);
  });

  test('are not in any log', () => {
    assert.match(service.logs(), /"event":"request"/, 'the log of the workers is empty');
    assert.match(service.logs(), /"status":503/, 'the lost database is not told of');
    assert.deepEqual(canaries.foundIn(join(service.folder, 'log')), []);
  });

  test('are not in what the system tells of any process, or the tool of itself', () => {
    const pids = familyOf([service.workers.pid, service.nginx.pid, database.server.pid]);
    assert.ok(pids.length >= 7, `only the processes ${pids}`); // master, poller, two workers; nginx; the database
    assert.deepEqual(canaries.foundInProcesses(pids), []);
    assert.ok(!hasEnded(service.workers));
    assert.deepEqual(canaries.foundInText(toolTold.join('\n')), []);
  });

  // A control: without it, the tests above that find nothing would prove nothing.
  test('would be found in each of these places, in each form', () => {
    const { fullKey } = fresh;
    const forms = [fullKey, Buffer.from(fullKey).toString('hex'), Buffer.from(fullKey).toString('hex').toUpperCase(),
      Buffer.from(fullKey).toString('base64'), Buffer.from(`xy${fullKey}z`).toString('base64url'), fullKey.slice(12),
      'a+third+password%2C+of+the+tool', 'a%20third%20password%2C%20of%20the%20tool'];
    for (const form of forms) assert.notDeepEqual(canaries.foundInText(`...${form}...`), [], form);
    database.sql(`SELECT '${fullKey}'`);
    const found = canaries.foundIn(join(database.folder, 'db'));
    for (const log of ['general.log', 'slow.log']) assert.ok(found.some((text) => text.includes(log)), log);
    const child = spawn('sleep', ['60'], { env: { ...process.env, LEAK: Buffer.from(fullKey).toString('base64') } });
    assert.equal(canaries.foundInProcesses([child.pid]).length > 0, true);
    child.kill();
  });
});
