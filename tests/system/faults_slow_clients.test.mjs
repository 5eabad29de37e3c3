// Clients that are slow on purpose (slowhttptest: slow headers, slow bodies, slow readers) hold up nobody else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { figure } from '../support/long.mjs';
import { startService } from '../support/service.mjs';
import { startVerifying } from '../support/verifiers.mjs';

const seconds = figure({ short: 6, full: 40 });
const connections = figure({ short: 400, full: 800 });

describe('beside slow clients', () => {
  let service, tenant, key;

  before(async () => {
    service = await startService();
    tenant = service.tenant();
    const visitor = await service.signedIn(tenant, service.user(tenant));
    key = await visitor.createKey('Busy');
  });
  after(() => service?.stop());

  const kinds = {
    'slow headers': ['-H', '-i', '5'],
    'slow bodies': ['-B', '-i', '5', '-s', '8192', '-t', 'POST'],
    'slow readers': ['-X', '-w', '1', '-y', '2', '-n', '5', '-z', '1', '-k', '3'],
  };

  // To the address as a browser has it: on a machine that does not know *.localhost it would not be found.
  function slowly(kind) {
    const path = kind === 'slow readers' ? '/static/current/claviger.css' : '/login';
    const url = `http://127.0.0.1:${service.port}${path}`;
    const amount = ['-c', String(connections), '-r', String(connections), '-l', String(seconds), '-u', url];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'slowhttptest', ...kinds[kind], ...amount], { stdio: ['ignore', 'pipe', 'pipe'] });
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
      assert.ok(held > connections / 2, `only ${held} connections were held:\n${text}`);
      for (const { sent, failures, slowest } of [kept, fresh]) {
        assert.ok(sent > 500, `only ${sent} verifies`);
        assert.ok(failures.length <= sent / 1000, `${failures.length} of ${sent}: ${failures.slice(0, 5)}`);
        assert.ok(slowest < 5000, `a verify took ${slowest} ms`);
      }
    });
  }
});
