// Lets wrk send requests and gives its results: { requests, perSecond, p50, p99 }, times in milliseconds.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const script = new URL('load.lua', import.meta.url).pathname;
const connections = 32;

// `how` and `lines` are those of load.lua. Throws if a connection failed or a request timed out.
export async function load({ port, how = 'plain', lines, seconds, folder }) {
  const file = join(folder, 'load.tsv');
  writeFileSync(file, lines.map((fields) => fields.join('\t')).join('\n') + '\n', { mode: 0o600 });
  const url = `http://127.0.0.1:${port}/`;
  const output = await outputOf('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url, '--', how, file]);
  const found = JSON.parse(output.trim().split('\n').pop());
  if (found.failed > 0) throw new Error(`${found.failed} requests had no answer`);
  return { requests: found.requests, perSecond: found.requests / found.seconds, p50: found.p50, p99: found.p99 };
}

function outputOf(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(text) : reject(new Error(`${command} gave ${status}: ${text}`))));
  });
}
