// Processes that a test starts: they end with it, whatever happens to it.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

// Starts a program whose output goes to the file `log`.
export function start(log, command, args, options = {}) {
  const fd = openSync(log, 'a', 0o600);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', fd, fd],
    ...options,
  });
  closeSync(fd);
  child.on('error', () => {}); // `until` sees that it is gone
  return child;
}

export const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

// Asks the child to end and waits until it has.
export async function stop(child, signal = 'SIGTERM') {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  child.kill('SIGCONT');
  await ended;
}

// Polls until `condition` gives something truthy, and gives that.
export async function until(what, condition, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await pause(20);
  }
}

// The processes that it has started and that have not ended; none where it has ended itself.
export function childrenOf(pid) {
  return shown(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

// How many files and sockets a process has open.
export const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

// What it holds in memory, in MiB.
export function memoryOf(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

// Every process of this machine whose command line holds the text: { pid, command }.
export function processesWith(text) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), command: shown(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }))
    .filter(({ command }) => command.includes(text));
}

// What /proc shows of a process.
export function shown(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has just ended
  }
}
