// A worker cannot write outside its run folder, become root again, or leave its memory in a core dump. This holds even
// where an attacker makes it try.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { childrenOf, start, stop, until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

const field = (pid, name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1].split(/\s+/);
const coreLimit = (pid) => /^Max core file size +(\S+) +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')).slice(1);

let service;
before(async () => {
  service = await startService();
});
after(() => service?.stop());

test('a worker writes to no file outside its run folder, not even through a link in it', async () => {
  const tenant = service.tenant();
  const user = service.user(tenant);
  const outside = join(service.folder, 'outside');
  const queue = join(service.folder, 'run/hashing-queue.1');
  rmSync(queue);
  symlinkSync(outside, queue); // the next worker would create the link's target
  const [worker] = service.children().workers;
  process.kill(worker, 'SIGKILL');
  await until('its successor to be refused', () => service.log('claviger-fcgi.log').includes(`hashing-queue.1: Permission denied`));
  assert.ok(!existsSync(outside));
  rmSync(queue);
  await until('a successor', () => existsSync(queue));
  assert.equal((await service.visitor(tenant).signIn(user)).status, 303);
  assert.ok(!service.logs().includes('not_confined'));
});

test('neither master nor workers leave a core dump, nor get rights from what they execute', () => {
  const master = service.workers.pid;
  for (const pid of [master, ...childrenOf(master)]) assert.deepEqual(coreLimit(pid), ['0', '0']);
  for (const pid of childrenOf(master)) assert.deepEqual(field(pid, 'NoNewPrivs'), ['1']);
});

test('started by root, master and workers become the user that is set, with no right of root', async () => {
  const isRoot = process.getuid() === 0;
  const uid = isRoot ? 65534 : process.getuid();
  const folder = mkdtempSync(join(tmpdir(), 'claviger-user-'));
  let master;
  try {
    const of = (name) => new RegExp(`^${name} = (.*)$`, 'm').exec(readFileSync(process.env.TEST_CONFIG, 'utf8'))[1];
    for (const name of ['pepper.file', 'database.worker_password_file']) copyFileSync(of(name), join(folder, name));
    cpSync(of('templates.folder'), join(folder, 'templates'), { recursive: true });
    mkdirSync(join(folder, 'run'));
    copyFileSync(join(root, 'build/fcgi/claviger-fcgi'), join(folder, 'claviger-fcgi'));
    const settings = ['pepper.file = pepper.file', 'database.worker_password_file = database.worker_password_file', 'database.socket = none',
      'templates.folder = templates', 'run.folder = run', 'fcgi.socket = run/fcgi.sock', 'fcgi.workers = 2', 'fcgi.user = nobody'];
    writeFileSync(join(folder, 'claviger.conf'), settings.join('\n') + '\n');
    if (isRoot) execFileSync('chown', ['-R', `${uid}:${uid}`, folder]); // the launcher's umask closes it to other accounts

    master = start(join(folder, 'log'), join(folder, 'claviger-fcgi'), [join(folder, 'claviger.conf')]);
    await until('the workers', () => existsSync(join(folder, 'run/fcgi.sock')) && childrenOf(master.pid).length >= 3);
    await until('them to have started up', () => childrenOf(master.pid).every((pid) => field(pid, 'NoNewPrivs')[0] === '1'));
    for (const pid of [master.pid, ...childrenOf(master.pid)]) {
      assert.deepEqual(field(pid, 'Uid'), Array(4).fill(String(uid)));
      for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapAmb']) assert.match(field(pid, set)[0], /^0+$/);
      if (isRoot) assert.deepEqual(field(pid, 'Groups').filter((group) => group === '0'), []);
      assert.deepEqual(coreLimit(pid), ['0', '0']);
    }
  } catch (error) {
    if (existsSync(join(folder, 'log'))) error.message += `\nThe log: ${readFileSync(join(folder, 'log'), 'utf8')}`;
    throw error;
  } finally {
    if (master) await stop(master);
    rmSync(folder, { recursive: true });
  }
});
