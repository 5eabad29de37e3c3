// Runs one measure on the site of a measurement.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { cpuOf } from './processes.mjs';

export const warmUp = 1; // second: a service that starts opens connections, and caches nothing until its lease is there

// Gives a function that runs a measure for some seconds. It gives the result of load() and the CPU time per request of
// nginx, workers and database. It throws if any answer was wrong. `folder` has the database of the measurement.
export function runnerOf(site, folder) {
  const database = Number(readFileSync(join(folder, 'db/pid'), 'utf8'));
  const log = new AccessLog(join(site.folder, 'log/access.log'));
  return async (each, seconds) => {
    const hasJustStarted = await site.makeReady(each.port);
    const processes = site.processes(each.port, database);
    const lines = each.lines();
    const send = (howLong) => load({ port: site.ports[each.port], how: each.how, lines, seconds: howLong, folder: site.folder });
    if (hasJustStarted) await send(warmUp);
    const cpu = () => Object.entries(processes).map(([who, pids]) => [who, cpuOf(pids)]);
    log.clear();
    const before = new Map(cpu());
    const found = await send(seconds);
    const used = Object.fromEntries(cpu().map(([who, now]) => [who, (now - before.get(who)) / found.requests]));
    await log.settled();
    log.mustHold(each.status, found.requests);
    each.after?.();
    return { ...found, cpu: used };
  };
}
