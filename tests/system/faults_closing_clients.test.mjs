// A client that closes its connection at a random byte, of its request or of the answer, again and again: nothing is left
// of it, neither descriptors nor memory nor a thread that hangs, and what it had asked for is done as a whole or not at all.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { figure } from '../support/long.mjs';
import { childrenOf, descriptorsOf, memoryOf, stop, until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const times = figure({ short: 1000, full: 10_000 });
const people = figure({ short: 1, full: 6 }); // each may have 500 keys, and makes no more than a fifth of the times
const clients = 8;
const threads = 8; // of a worker

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
    key = await visitor.createKey('Living');
  });
  after(() => service?.stop());

  const cookieOf = ({ cookies }) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  function requestText(line, headers, body) {
    const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    return `${line} HTTP/1.1\r\n${[`Host: ${visitor.host}`, ...headers, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
  }

  // Every kind of request; the names of the keys tell which were made.
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

  // Sends a part of the text, or all of it and reads a part of the answer, or none; then it is gone, at times without a
  // goodbye.
  function breakOff(text) {
    const sent = Math.floor(Math.random() * text.length * 3);
    const read = sent >= 2 * text.length ? Math.floor(Math.random() * 2000) : 0;
    return new Promise((resolve) => {
      const socket = net.connect(service.port, '127.0.0.1');
      let got = 0;
      const leave = () => (Math.random() < 0.5 ? socket.destroy() : socket.resetAndDestroy());
      socket.on('connect', () => socket.write(text.slice(0, sent), () => read === 0 && leave()));
      socket.on('data', (chunk) => (got += chunk.length) >= read && leave());
      socket.setTimeout(300, leave); // the answer was shorter
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

  // What the workers hold while nginx, which keeps connections to them, is gone: no more than one to the database a thread.
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
    await breakOffOften(300); // what is opened once and kept
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
