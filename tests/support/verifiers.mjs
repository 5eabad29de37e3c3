// Clients that verify one active key without a pause, and their results. They run in a process of their own, so the
// rest of the test does not slow them down.
//
//   const run = startVerifying(service, tenant, fullKey);
//   …
//   const { sent, failures, slowest, p99 } = await run.end();     // times in milliseconds

import { spawn } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

import { request } from './http.mjs';

const here = fileURLToPath(import.meta.url);

// `kept`: each keeps its connection.
export function startVerifying(service, tenant, fullKey, { clients = 4, kept = true } = {}) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, here], { stdio: ['pipe', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (chunk) => (told += chunk));
  const begun = new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.write(`${JSON.stringify({ port: service.port, host: tenant.host, fullKey, clients, kept })}\n`);
  service.beforeStop(() => child.kill());
  return {
    begun,
    async end() {
      await begun;
      child.stdin.end();
      await ended;
      return JSON.parse(told.split('\n')[1]);
    },
  };
}

async function verifyUntilToldToStop() {
  const input = process.stdin[Symbol.asyncIterator]();
  const { port, host, fullKey, clients, kept } = JSON.parse((await input.next()).value);
  const took = [];
  const failures = [];
  let open = true;
  const verify = async () => {
    const agent = kept ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
    const headers = { Authorization: `Bearer ${fullKey}` };
    while (open) {
      const began = performance.now();
      const answer = await request({ port, host, path: '/v1/verify', headers, agent }).catch((error) => error);
      took.push(performance.now() - began);
      if (answer.status !== 204) failures.push(answer.status ?? answer.message);
      if (took.length === 20 * clients) process.stdout.write('begun\n'); // warm
    }
    agent?.destroy();
  };
  const loops = Array.from({ length: clients }, verify);
  await input.next(); // the end of its input: stop
  open = false;
  await Promise.all(loops);
  const sorted = took.sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)];
  console.log(JSON.stringify({ sent: sorted.length, failures, slowest: sorted.at(-1), p99 }));
}

if (process.argv[1] === here) await verifyUntilToldToStop();
