// The demo as its user runs it: `./claviger demo` in a folder of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './http.mjs';
import { root } from './launcher.mjs';
import { hasEnded, processesWith, until } from './processes.mjs';

export const launcher = join(root, 'claviger');

export function newVar() {
  return mkdtempSync(join(tmpdir(), 'claviger-'));
}

// Runs the launcher with these environment variables set, until it ends: { status, output }.
export function runLauncher(args, variables = {}) {
  const child = spawn(launcher, args, { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output: output() })));
}

// Starts a demo and waits until it is ready, unless `ready` is false.
export async function startDemo(folder = newVar(), { ready = true } = {}) {
  const demo = new Demo(folder, await freePort());
  if (ready) await demo.ready();
  return demo;
}

class Demo {
  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
    const env = { ...process.env, CLAVIGER_VAR: folder, PORT: String(port) };
    this.child = spawn(launcher, ['demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = collect(this.child);
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  async ready() {
    await until('the demo to be ready', () => {
      if (hasEnded(this.child)) throw new Error(`the demo ended:\n${this.output()}`);
      return this.output().includes('Ctrl-C stops it.');
    }, 120);
  }

  // The sign-in of a demo tenant, as the demo printed it: { email, password }.
  signIn(host) {
    const [, email, password] = this.output().match(new RegExp(`http://${host}:\\d+ +e-mail (\\S+) +password (\\S+)`));
    return { email, password };
  }

  // The processes whose command line names the folder of the demo.
  processes() {
    return processesWith(this.folder).filter(({ pid }) => pid !== process.pid);
  }

  async end(signal = 'SIGINT') {
    this.child.kill(signal);
    return this.ended; // the exit status
  }

  async remove() {
    if (!hasEnded(this.child)) await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function collect(child) {
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return () => text;
}
