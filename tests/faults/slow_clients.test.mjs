// Clients that are slow on purpose (slowhttptest: slow headers, slow bodies, slow readers) hold up no other client. The
// readers read the largest page that there is. nginx gets socket buffers as on a network. On a loopback the kernel
// takes more than a mebibyte from it, so nginx would not wait for the reader.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { figure } from '../support/long.mjs';
import { stop } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const seconds = figure({ short: 6, full: 40 });
const connections = figure({ short: 400, full: 800 });

describe('beside slow clients', () => {
  let service, tenant, visitor, key;

  before(async () => {
    service = await startService();
    await useSmallSocketBuffers();
    tenant = service.tenant();
    visitor = await service.signedIn(tenant, service.user(tenant));
    key = await visitor.createKey('Busy');
    await createAllKeys();
  });
  after(() => service?.stop());

  async function useSmallSocketBuffers() {
    await stop(service.nginx);
    const file = join(service.folder, 'nginx/nginx.conf');
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(' default_server;'));
    writeFileSync(file, text.replace(' default_server;', ' default_server sndbuf=64k;'));
    await service.startNginx();
  }

  // Creates as many keys as a user may have, with the names that are longest on the page.
  async function createAllKeys() {
    visitor.agent = new http.Agent({ keepAlive: true });
    let made = 1;
    const create = async () => {
      while (made < 500) await visitor.createKey(`${(made += 1)}`.padEnd(100, '"'));
    };
    await Promise.all(Array.from({ length: 4 }, create));
    visitor.agent.destroy();
  }

  const kinds = {
    'slow headers': ['-H', '-i', '5'],
    'slow bodies': ['-B', '-i', '5', '-s', '8192', '-t', 'POST'],
    'slow readers': ['-X', '-w', '1', '-y', '2', '-n', '5', '-z', '1'],
  };

  // There are fewer slow readers, since each of them costs a page of a mebibyte. There are still more of them than the
  // workers have threads.
  const amountOf = (kind) => (kind === 'slow readers' ? connections / 4 : connections);

  // Connects as through a proxy. On a machine that does not resolve *.localhost, the host would not be found.
  function slowly(kind) {
    const path = kind === 'slow readers' ? '/settings/api-keys' : '/login';
    const amount = ['-c', String(amountOf(kind)), '-r', String(amountOf(kind)), '-l', String(seconds)];
    const to = ['-d', `127.0.0.1:${service.port}`, '-u', `http://${tenant.host}:${service.port}${path}`];
    const cookies = [...visitor.cookies].map((cookie) => cookie.join('=')).join('; ');
    const args = [...kinds[kind], ...amount, ...to, '-j', cookies];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'slowhttptest', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, text: text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '') }));
    });
  }

  for (const kind of Object.keys(kinds)) {
    test(`${kind}: verify answers 999 of 1,000, on kept connections and on new ones`, async (t) => {
      const runs = [startVerifying(service, tenant, key.fullKey, { clients: 2 }), startVerifying(service, tenant, key.fullKey, { clients: 2, kept: false })];
      const { status, text } = await slowly(kind);
      const [kept, fresh] = await Promise.all(runs.map((run) => run.end()));
      const held = Math.max(...[...text.matchAll(/^connected: +(\d+)/gm)].map(([, count]) => Number(count)));
      t.diagnostic(`${held} held; of ${kept.sent + fresh.sent} verifies ${kept.failures.length + fresh.failures.length} failed, the slowest took ${Math.max(kept.slowest, fresh.slowest).toFixed(0)} ms`);
      assert.equal(status, 0, text);
      assert.ok(held > amountOf(kind) / 2, `only ${held} connections were held:\n${text}`);
      for (const { sent, failures, slowest } of [kept, fresh]) {
        assert.ok(sent > 500, `only ${sent} verifies`);
        assert.ok(failures.length <= sent / 1000, `${failures.length} of ${sent}: ${failures.slice(0, 5)}`);
        assert.ok(slowest < 5000, `a verify took ${slowest} ms`);
      }
    });
  }
});
