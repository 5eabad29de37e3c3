// What processes have used, as /proc has it.

import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// The process and all below it.
export function familyOf(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

// Microseconds of CPU that the processes have taken so far.
export function cpuOf(pids) {
  const ticks = pids.map((pid) => {
    const fields = read(`/proc/${pid}/stat`).split(') ').pop().split(' ');
    return Number(fields[11]) + Number(fields[12]); // utime, stime
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1e6) / ticksPerSecond;
}

// MB: `peak` adds up what each process has had at most, though pages that they share are counted in each; `now` counts
// shared ones once.
export function memoryOf(pids) {
  const sum = (file, name) =>
    pids.map((pid) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(read(`/proc/${pid}/${file}`).replaceAll('\t', ' '))?.[1] ?? 0))
      .reduce((total, each) => total + each, 0) / 1024;
  return { peak: sum('status', 'VmHWM'), now: sum('smaps_rollup', 'Pss') };
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended, or it is not ours to see
  }
}
