// Measures the memory of a host with many workers against one with a single worker. `./claviger bench memory` starts it.
// See README.md.

import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { shuffled, verifications } from './measures.mjs';
import { optionsOf } from './options.mjs';
import { familyOf, memoryOf } from './processes.mjs';
import { Seeder, sql } from './seed.mjs';

const options = optionsOf('./claviger bench memory [--keys 100000] [--workers 8] [--json FILE]', { keys: 100_000, workers: 8, json: undefined });
const folder = dirname(process.env.TEST_CONFIG);
const socket = join(folder, 'db/db.sock');
const most = 1.2; // times as much for the keys with many workers as with one
const keysOfAPerson = 500;

const pss = (pids) => memoryOf(pids).now;

// The memory of the master and its children, in MiB: after verifies of a hundred keys, by which each worker has its
// threads and connections, and once each worker has verified each key. The uses are written by then.
async function measure(workers) {
  const service = await startService({ ...manyChanges, 'fcgi.workers': workers, 'verify.cache_keys': 2 * options.keys });
  try {
    const tenant = service.tenant('Bench');
    const seeder = new Seeder({ socket, pepperFile: join(folder, 'secrets/pepper'), tenant });
    const lines = shuffled(verifications(tenant, seeder.people('many', options.keys / keysOfAPerson, keysOfAPerson)));
    const idle = pss(service.children().workers) / workers;
    await verifyAll(service, lines.slice(0, 100), 1);
    await pause(5000);
    const few = pss(familyOf(service.workers.pid));
    await verifyAll(service, lines, 3 * workers * options.keys);
    await until('all uses to be written', () => usesWritten(seeder) >= options.keys, 120);
    await pause(5000);
    const full = pss(familyOf(service.workers.pid));
    console.log(`${workers} workers: ${few.toFixed(1)} MiB with 100 keys, ${full.toFixed(1)} MiB with ${options.keys}; an idle worker ${idle.toFixed(2)} MiB`);
    return { workers, few, full, idle };
  } finally {
    await service.stop();
  }
}

async function verifyAll(service, lines, atLeast) {
  const log = new AccessLog(join(service.folder, 'log/access.log'));
  for (let sent = 0; sent < atLeast; ) {
    log.clear();
    const found = await load({ port: service.port, lines: from(lines, sent), seconds: 10, folder: service.folder });
    await log.settled();
    log.mustHold(204, found.requests);
    sent += found.requests;
  }
}

const from = (lines, sent) => [...lines.slice(sent % lines.length), ...lines.slice(0, sent % lines.length)];

const usesWritten = (seeder) => Number(sql(socket, `SELECT COUNT(*) FROM ${seeder.schema}.api_keys WHERE last_used_at IS NOT NULL;`)[0][0]);

console.log(`The load of this machine is ${loadavg()[0].toFixed(1)}.`);
const one = await measure(1);
const many = await measure(options.workers);
const ratio = (many.full - many.few) / (one.full - one.few);
console.log(`For the keys: ${(one.full - one.few).toFixed(1)} MiB with one worker, ${(many.full - many.few).toFixed(1)} MiB with ${options.workers}: ` +
  `${ratio.toFixed(2)} times (at most ${most}: ${ratio <= most ? 'met' : 'MISSED'}).`);
if (options.json) writeFileSync(options.json, JSON.stringify({ options, one, many, ratio }, undefined, 1) + '\n');
process.exitCode = ratio <= most ? 0 : 1;
