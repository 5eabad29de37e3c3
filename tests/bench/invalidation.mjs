// Measures how the service comes back after everything that a host caches became invalid at once, as after a failover
// of the database. `./claviger bench invalidation` starts it. See README.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { shuffled, verifications } from './measures.mjs';
import { optionsOf } from './options.mjs';
import { median } from './report.mjs';
import { Seeder, sql } from './seed.mjs';

const options = optionsOf('./claviger bench invalidation [--tenants 1000] [--keys 100] [--rounds 5] [--json FILE]', {
  tenants: 1000,
  keys: 100, // of each tenant
  rounds: 5,
  json: undefined,
});
const folder = dirname(process.env.TEST_CONFIG);
const socket = join(folder, 'db/db.sock');
const before = 4; // seconds of a round, before the poller is killed
const after = 6;
const keysOfAPerson = 5;

async function measure(service) {
  const all = options.tenants * options.keys;
  console.log(`Making ${options.tenants} tenants with ${options.keys} keys each; the load of this machine is ${loadavg()[0].toFixed(1)}.`);
  const lines = shuffled(makeTenants(service).flatMap((tenant) => verifications(tenant, peopleOf(tenant))));
  const send = (seconds) => load({ port: service.port, lines, seconds, folder: service.folder });
  await until(`${all} keys to be used and indexed`, async () => {
    await send(10);
    return Number(sql(socket, 'SELECT COUNT(*) FROM claviger.key_index;')[0][0]) >= all;
  }, 600);
  const rounds = [];
  for (let i = 0; i < options.rounds; ++i) rounds.push(await round(service, send));
  report(rounds);
  if (options.json) writeFileSync(options.json, JSON.stringify({ options, rounds }, undefined, 1) + '\n');
}

function makeTenants(service) {
  const tenants = Array.from({ length: options.tenants }, (_, i) => ({ slug: `bench-${i}`, host: `b${i}.localhost` }));
  const file = join(service.folder, 'tenants.json');
  writeFileSync(file, JSON.stringify({ tenants: tenants.map(({ slug, host }) => ({ slug, name: `Bench ${slug}`, hosts: [host] })) }));
  service.mustTool(['apply', file]);
  return tenants;
}

const peopleOf = (tenant) =>
  new Seeder({ socket, pepperFile: join(folder, 'secrets/pepper'), tenant }).people('reader', Math.ceil(options.keys / keysOfAPerson), keysOfAPerson);

// Kills the poller at the beginning of a second of the clock, amid requests. The next one begins anew, and bumps every
// shard. Gives the requests of each second from then on, as ratios to those of a second before, and the longest answer.
async function round(service, send) {
  await send(2);
  const file = join(service.folder, 'log/access.log');
  const log = new AccessLog(file);
  log.clear();
  const sending = send(before + after);
  await pause(before * 1000);
  await pause(1000 - (Date.now() % 1000));
  const killedAt = Math.floor(Date.now() / 1000);
  process.kill(service.children().poller, 'SIGKILL');
  const found = await sending;
  await log.settled();
  log.mustHold(204, found.requests);
  const answers = answersIn(file);
  const inSecond = (second) => answers.filter(({ at }) => at === killedAt + second).length;
  const hot = median([-3, -2, -1].map(inSecond));
  return {
    hot,
    ratios: Array.from({ length: after - 2 }, (_, second) => inSecond(second) / hot),
    longest: answers.reduce((most, { seconds }) => Math.max(most, seconds), 0),
  };
}

const answersIn = (file) =>
  readFileSync(file, 'latin1').trim().split('\n').map((line) => {
    const { time, seconds } = JSON.parse(line);
    return { at: Date.parse(time) / 1000, seconds };
  });

function report(rounds) {
  const seconds = rounds[0].ratios.map((_, second) => median(rounds.map(({ ratios }) => ratios[second])));
  console.log(`\nHot verifies a second: ${Math.round(median(rounds.map(({ hot }) => hot)))}. Each second after the poller was killed, as a part of that:`);
  console.log(seconds.map((ratio) => ratio.toFixed(2)).join('  '));
  const recovered = seconds.findIndex((ratio) => ratio >= 0.9);
  const longest = Math.max(...rounds.map((each) => each.longest));
  console.log(`${recovered < 0 ? 'Never 0.90 again' : `0.90 again ${recovered} s after it`} (3 promised). ` +
    `The longest answer took ${longest.toFixed(2)} s (1 promised). No answer was refused.`);
}

const service = await startService({ ...manyChanges, 'verify.cache_keys': 2 * options.tenants * options.keys });
try {
  await measure(service);
} finally {
  await service.stop();
}
