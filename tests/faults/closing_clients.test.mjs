// A client closes its connection at a random byte of its request or of the answer, again and again. Nothing is left of
// it: no descriptor, no memory, no thread that hangs. Its request is executed as a whole or not at all.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { figure } from '../support/long.mjs';
import { childrenOf, descriptorsOf, memoryOf, stop, until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const times = figure({ short: 1000, full: 10_000 });
const people = figure({ short: 1, full: 6 }); // at most 500 keys a person; one request in five creates a key
const clients = 8;
const threads = 8; // of each worker

describe('a client that closes at a random byte', () => {
  let service, tenant, user, visitor, key;
  const visitors = [];

  before(async () => {
    service = await startService({ 'fcgi.threads': threads });
    tenant = service.tenant();
    for (let i = 0; i < people; i += 1) {
      user = service.user(tenant);
      visitors.push((visitor = await service.signedIn(tenant, user)));
    }
    key = await visitor.createKey('Active');
  });
  after(() => service?.stop());

  const cookieOf = ({ cookies }) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  function requestText(line, headers, body) {
    const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    return `${line} HTTP/1.1\r\n${[`Host: ${visitor.host}`, ...headers, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
  }

  // The kinds of requests take turns. The names of the keys show which requests created one.
  function requestOf(i) {
    const cookie = `Cookie: ${cookieOf(visitors[i % people])}`;
    const json = 'Content-Type: application/json';
    return [
      () => requestText('POST /api/api-keys', [cookie, json], JSON.stringify({ name: `n${i}` })),
      () => requestText('GET /v1/verify', [`Authorization: Bearer ${key.fullKey}`]),
      () => requestText('GET /settings/api-keys', [cookie]),
      () => requestText('GET /static/current/claviger.css', []),
      () => requestText('POST /login', ['Content-Type: application/x-www-form-urlencoded'], `email=${user.email}&csrf=x&password=${'x'.repeat(3000)}`),
    ][i % 5]();
  }

  // Sends a part of the text; or all of it, and then reads a part of the answer or none. Then it closes the connection,
  // at times with a reset.
  function breakOff(text) {
    const sent = Math.floor(Math.random() * text.length * 3);
    const read = sent >= 2 * text.length ? Math.floor(Math.random() * 2000) : 0;
    return new Promise((resolve) => {
      const socket = net.connect(service.port, '127.0.0.1');
      let got = 0;
      const leave = () => (Math.random() < 0.5 ? socket.destroy() : socket.resetAndDestroy());
      socket.on('connect', () => socket.write(text.slice(0, sent), () => read === 0 && leave()));
      socket.on('data', (chunk) => (got += chunk.length) >= read && leave());
      socket.setTimeout(300, leave); // where the answer is shorter
      socket.on('error', () => {});
      socket.on('close', resolve);
    });
  }

  async function breakOffOften(count) {
    let next = 0;
    await Promise.all(Array.from({ length: clients }, async () => {
      while (next < count) await breakOff(requestOf((next += 1)));
    }));
  }

  const processes = () => [...service.children().workers, ...childrenOf(service.nginx.pid)];
  const memory = () => service.children().workers.map(memoryOf);

  // Counts the descriptors of the workers while nginx, which keeps connections to them, is stopped. Each thread may
  // then hold one connection to the database, and no other.
  async function descriptorsLeft() {
    await stop(service.nginx);
    let last;
    await until('the descriptors to be given back', () => {
      const before = last;
      last = service.children().workers.map(descriptorsOf);
      return before?.join() === last.join();
    });
    await service.startNginx();
    return last;
  }

  test(`${times} times: nothing leaks, nothing hangs`, async (t) => {
    await breakOffOften(300); // opens what is opened once and kept
    const left = await descriptorsLeft();
    const before = { memory: memory(), processes: processes() };
    const run = startVerifying(service, tenant, key.fullKey);
    await breakOffOften(times);
    const { sent, failures, slowest } = await run.end();
    const grown = memory().map((now, i) => now - before.memory[i]);
    assert.deepEqual(processes(), before.processes);
    const leftNow = await descriptorsLeft();
    t.diagnostic(`descriptors ${left} before, ${leftNow} after; workers grew by ${grown.map((mib) => mib.toFixed(1))} MiB; the slowest of ${sent} verifies took ${slowest.toFixed(0)} ms`);
    leftNow.forEach((count, i) => assert.ok(count <= left[i] + threads, `${count} descriptors, and ${left[i]} before`));
    assert.ok(Math.max(...grown) < 8, `the workers grew by ${grown} MiB`);
    assert.deepEqual(failures, []);
    assert.ok(slowest < 5000, `a verify took ${slowest} ms`);
  });

  test('every thread of every worker is free again', async () => {
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 64 }, () => visitor.get('/settings/api-keys')));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.ok(Date.now() - began < 5000);
  });

  test('each key that it asked for is whole, or is not there', () => {
    const schema = `claviger_t_${tenant.slug}`;
    const halves = `SELECT COUNT(*) FROM ${schema}.api_keys k LEFT JOIN ${schema}.audit_events a ON a.key_id = k.id WHERE a.key_id IS NULL`;
    assert.equal(service.sql(halves), '0');
    assert.ok(Number(service.sql(`SELECT COUNT(*) FROM ${schema}.api_keys`)) > times / 20, 'hardly a request came through');
  });
});
