// Processes that a test starts. They end with the test, whatever happens to it.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

// Starts a program and gives the child. Its output is appended to the file `log`.
export function start(log, command, args, options = {}) {
  const fd = openSync(log, 'a', 0o600);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', fd, fd],
    ...options,
  });
  closeSync(fd);
  child.on('error', () => {}); // the next `until` notices that it is missing
  return child;
}

export const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

// Sends the signal to the child and waits until the child has ended. A frozen child is continued, so that the signal
// takes effect.
export async function stop(child, signal = 'SIGTERM') {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  child.kill('SIGCONT');
  await ended;
}

// Polls until `condition` gives something truthy, and gives that. Throws after `seconds`.
export async function until(what, condition, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await pause(20);
  }
}

// Gives the children of the process that have not ended; none if the process itself has ended.
export function childrenOf(pid) {
  return shown(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

// The number of files and sockets that a process has open.
export const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

// The resident memory of a process, in MiB.
export function memoryOf(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

// Every process of this machine whose command line contains the text: { pid, command }.
export function processesWith(text) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), command: shown(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }))
    .filter(({ command }) => command.includes(text));
}

// The content of a file of /proc; empty if the process has ended.
export function shown(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // the process has just ended
  }
}
