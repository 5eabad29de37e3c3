// Measures whether hot verify is as fast with many tenants as with one. Two services, each with a database of its own,
// get the same number of keys in alternating rounds. The keys are spread over all tenants, or all of the only tenant.

import { dirname, join } from 'node:path';

import { startDatabase } from '../support/database.mjs';
import { startService } from '../support/service.mjs';
import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { shuffled, verifications } from './measures.mjs';
import { cpuOf, familyOf } from './processes.mjs';
import { median } from './report.mjs';
import { Seeder } from './seed.mjs';

const keysOfATenant = 4;
const warmUp = 3; // seconds, after which every worker has cached every key

// `database` has the tenants: [{ slug, host }]. Gives the ratio of the request rates, with many tenants to with one:
// the median of the rounds, the lowest and the highest. `cpu` is the ratio of the CPU time per request of nginx,
// workers and database. Other work on the machine disturbs `cpu` less.
export async function compareVerify(database, tenants, { rounds, seconds }) {
  const other = await startDatabase();
  const services = [];
  try {
    for (const each of [database, other]) services.push(await startService(each.settings));
    const [many, one] = services;
    const sides = [
      { database, service: many, lines: shuffled(tenants.flatMap((tenant) => keysOf(database, tenant, 1))) },
      { database: other, service: one, lines: shuffled(keysOf(other, one.tenant('Bench'), tenants.length)) },
    ];
    for (const side of sides) await run(side, warmUp);
    const ratios = [];
    for (let round = 1; round <= rounds; ++round) {
      // Each side goes first in every other round.
      const found = new Map();
      for (const side of round % 2 ? sides : [...sides].reverse()) found.set(side, await run(side, seconds));
      const [ofMany, ofOne] = sides.map((side) => found.get(side));
      ratios.push({ ratio: ofMany.perSecond / ofOne.perSecond, cpu: total(ofMany.cpu) / total(ofOne.cpu) });
      console.log(`round ${round}  with ${tenants.length} tenants ${told(ofMany)}; with one ${told(ofOne)}`);
    }
    const rates = ratios.map(({ ratio }) => ratio);
    return { ratio: median(rates), lowest: Math.min(...rates), highest: Math.max(...rates), cpu: median(ratios.map(({ cpu }) => cpu)) };
  } finally {
    for (const service of services) await service.stop();
    await other.stop();
  }
}

function keysOf({ socket }, tenant, people) {
  const seeder = new Seeder({ socket, pepperFile: join(dirname(process.env.TEST_CONFIG), 'secrets/pepper'), tenant });
  return verifications(tenant, seeder.people('reader', people, keysOfATenant));
}

async function run({ database, service, lines }, seconds) {
  const log = new AccessLog(join(service.folder, 'log/access.log'));
  const cpu = () => [service.nginx, service.workers, database.server].map(({ pid }) => cpuOf(familyOf(pid)));
  log.clear();
  const before = cpu();
  const found = await load({ port: service.port, lines, seconds, folder: service.folder });
  const used = cpu().map((now, i) => (now - before[i]) / found.requests);
  await log.settled();
  log.mustHold(204, found.requests);
  return { ...found, cpu: used };
}

const total = (numbers) => numbers.reduce((sum, each) => sum + each, 0);

function told({ perSecond, p99, cpu }) {
  const [nginx, workers, database] = cpu.map((each) => each.toFixed(1));
  return `${Math.round(perSecond)}/s, p99 ${p99.toFixed(1)} ms, CPU ${nginx} + ${workers} + ${database} us`;
}
