// Runs measures on the site of a measurement: one, or several in rounds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { cpuOf } from './processes.mjs';

const warmUp = 1; // second: a service that starts opens connections, and caches nothing until its lease is there

// Gives a function that runs a measure for some seconds. It gives the result of load() and the CPU time per request of
// nginx, workers and database. It throws if any answer was wrong. `folder` has the database of the measurement. `steady`
// are seconds of the same requests before each run, so that what the service caches is there.
export function runnerOf(site, folder, steady = 0) {
  const database = Number(readFileSync(join(folder, 'db/pid'), 'utf8'));
  const log = new AccessLog(join(site.folder, 'log/access.log'));
  return async (each, seconds) => {
    const hasJustStarted = await site.makeReady(each.port);
    const processes = site.processes(each.port, database);
    const lines = each.lines();
    const send = (howLong) => load({ port: site.ports[each.port], how: each.how, lines, seconds: howLong, folder: site.folder });
    const beside = each.beside?.(log.file);
    if (hasJustStarted) await send(warmUp);
    if (steady > 0 && each.port !== 'trivial') await send(steady);
    const cpu = () => Object.entries(processes).map(([who, pids]) => [who, cpuOf(pids)]);
    log.clear();
    const before = new Map(cpu());
    const changesBefore = beside?.changes;
    const found = await send(seconds);
    if (beside) found.changes = beside.changes - changesBefore;
    const used = Object.fromEntries(cpu().map(([who, now]) => [who, (now - before.get(who)) / found.requests]));
    await log.settled();
    log.mustHold(each.status, found.requests);
    await beside?.stop();
    each.after?.();
    return { ...found, cpu: used };
  };
}

// Warms up, then runs every measure right after its reference, in each round. `run` is that of runnerOf. The reference
// is the one of `references` with the name that the measure has for it, and otherwise the first.
// `ordered(measures, round)` gives the order of a round. Gives { round, measure, base, found } for each measure of each
// round, where `base` is the result of the reference.
export async function inRounds(run, references, measures, { rounds, seconds }, ordered = () => measures) {
  const referenceOf = ({ reference }) => references.find(({ name }) => name === reference) ?? references[0];
  for (const each of new Set([...measures.map(referenceOf), ...measures])) await run(each, warmUp);
  const results = [];
  for (let round = 1; round <= rounds; ++round) {
    for (const each of ordered(measures, round)) {
      const reference = referenceOf(each);
      const base = await run(reference, seconds);
      const found = await run(each, seconds);
      results.push({ round, measure: each.name, base, found });
      const ratio = (found.perSecond / base.perSecond).toFixed(3);
      const changes = found.changes === undefined ? '' : `, ${found.changes} changes in ${found.requests} requests`;
      console.log(`round ${round}  ${each.name.padEnd(22)}  ${Math.round(found.perSecond)}/s  ${ratio} of ${reference.name}${changes}`);
    }
  }
  return results;
}
