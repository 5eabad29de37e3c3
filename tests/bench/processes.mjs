// The CPU time and the memory of processes, from /proc.

import { execFileSync } from 'node:child_process';

import { childrenOf, shown } from '../support/processes.mjs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// The process and all its descendants.
export function familyOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

// The CPU time that the processes have used so far, in microseconds.
export function cpuOf(pids) {
  const ticks = pids.map((pid) => {
    const fields = shown(`/proc/${pid}/stat`).split(') ').pop().split(' ');
    return Number(fields[11]) + Number(fields[12]); // utime, stime
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1e6) / ticksPerSecond;
}

// The memory of the processes, in MiB. `peak` adds up the maximum of each process, and counts shared pages in each of
// them. `now` counts shared pages once.
export function memoryOf(pids) {
  const sum = (file, name) =>
    pids.map((pid) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(shown(`/proc/${pid}/${file}`).replaceAll('\t', ' '))?.[1] ?? 0))
      .reduce((total, each) => total + each, 0) / 1024;
  return { peak: sum('status', 'VmHWM'), now: sum('smaps_rollup', 'Pss') };
}
