// The database is stopped in the middle of its work and answers nothing more. Every request is still answered in time,
// and verify gives neither a false yes nor a false no. Nothing has piled up when the database goes on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startDatabase } from '../support/database.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { figure } from '../support/long.mjs';
import { descriptorsOf, until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

const frozen = figure({ short: 7000, full: 20_000 }); // milliseconds
const clients = 24; // verifiers: more than the workers have threads
const inTime = 2500; // milliseconds, for verify
const pageInTime = 5000;

describe('while the database is frozen', () => {
  let database, service, operations, user;
  const pages = []; // { path, status, type, took }
  const descriptors = { before: 0, most: 0 };

  before(async () => {
    database = await startDatabase();
    service = await startService({ ...database.settings, ...manyChanges, 'fcgi.workers': 2, 'fcgi.threads': 8 });
    operations = await openOperationLog(service, { verifiers: clients });
    user = service.user(operations.tenant);
    operations.begin();
    await operations.changes();
    descriptors.before = count();
    const end = Date.now() + frozen;
    database.freeze();
    try {
      await Promise.all([browse(end), watch(end)]);
    } finally {
      database.thaw();
    }
    await until('all to be well', async () => (await service.request({ path: '/readyz' })).status === 200);
    await operations.end();
  });
  after(async () => {
    await service?.stop();
    await database?.stop();
  });

  const count = () => service.children().workers.reduce((sum, pid) => sum + descriptorsOf(pid), 0);

  async function watch(end) {
    for (; Date.now() < end; await pause(50)) descriptors.most = Math.max(descriptors.most, count());
  }

  async function browse(end) {
    await pause(500); // the lease ends within this time
    const { visitor } = operations.people[0];
    const stranger = service.visitor(operations.tenant);
    const form = { email: user.email, password: user.password, csrf: 'x' };
    const asked = [
      ['/login', () => stranger.get('/login')],
      ['/settings/api-keys', () => visitor.get('/settings/api-keys')],
      ['/login', () => stranger.postForm('/login', form)],
    ];
    while (Date.now() < end) {
      for (const [path, ask] of asked) {
        const began = Date.now();
        const { status, headers } = await ask();
        pages.push({ path, status, type: headers['content-type'], took: Date.now() - began });
      }
    }
  }

  test('verify answers in time, and neither a false yes nor a false no', (t) => {
    t.diagnostic(`${operations.requests} requests, ${operations.errors.length} refused, the slowest took ${JSON.stringify(operations.slowest)} s`);
    assert.deepEqual(operations.wrong, []);
    assert.ok(operations.errors.some(({ kind }) => kind === 'verify'), 'verify noticed nothing');
    for (const { kind, status, code } of operations.errors) assert.deepEqual([status, code], [503, 'unavailable'], kind);
    assert.ok(operations.slowest.verify * 1000 < inTime, `a verify took ${operations.slowest.verify} s`);
  });

  test('pages and the sign-in answer with an error page in time', () => {
    assert.ok(pages.length >= 3, `only ${pages.length} pages were asked for`);
    for (const { path, status, type, took } of pages) {
      assert.deepEqual([status, type], [503, 'text/html; charset=utf-8'], path);
      assert.ok(took < pageInTime, `${path} took ${took} ms`);
    }
  });

  test('no acknowledged change is lost', async () => {
    assert.deepEqual(await operations.differences(), []);
  });

  test('no connections pile up, neither here nor there', async (t) => {
    const most = 2 * (8 + 5) + 1; // one for each thread: 8 that serve, 4 that finish sign-ins, one that writes; the poller's
    t.diagnostic(`${descriptors.before} descriptors before, at most ${descriptors.most} meanwhile`);
    assert.ok(descriptors.most <= descriptors.before + most + clients, JSON.stringify(descriptors));
    const connections = "SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'claviger%' OR user = 'unauthenticated user'";
    await until('no connection to be left over', () => Number(database.sql(connections)) <= most, 5);
  });
});
