// Measures the service against trivial programs behind the same nginx, in alternating rounds. `./claviger bench`
// starts it, after it has built everything and started the database of TEST_CONFIG. See README.md.

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadavg } from 'node:os';

import { insertOf, measuresOf, trivialOf, verifications } from './measures.mjs';
import { optionsOf } from './options.mjs';
import { memoryOf } from './processes.mjs';
import { summarize, table } from './report.mjs';
import { inRounds, runnerOf } from './runner.mjs';
import { Seeder } from './seed.mjs';
import { withSite } from './site.mjs';

const options = optionsOf('./claviger bench [http] [--rounds 5] [--seconds 4] [--only NAME,…] [--json FILE]', {
  rounds: 5,
  seconds: 4,
  only: undefined,
  json: undefined,
});
const folder = dirname(process.env.TEST_CONFIG);
const peopleCount = 200;
const keysEach = 5;
const cachedKeys = 100_000; // for the measurement of memory

async function measure(site) {
  const seeder = new Seeder({ socket: join(folder, 'db/db.sock'), pepperFile: join(folder, 'secrets/pepper'), tenant: site.tenant });
  const readers = seeder.people('reader', peopleCount, keysEach);
  const writers = seeder.people('writer', peopleCount, keysEach);
  const seeded = { tenant: site.tenant, seeder, readers, writers };
  const measures = chosen(measuresOf(seeded));
  const run = runnerOf(site, folder);

  say(`Warming up; the load of this machine is ${loadavg()[0].toFixed(1)}.`);
  const rounds = await inRounds(run, [trivialOf(seeded), insertOf(seeded)], measures, options);
  const memory = wants('memory') ? await memoryWhenFull(site, seeder, run) : undefined;
  report(summarize(measures, rounds), memory, rounds);
}

const wants = (name) => !options.only || options.only.split(',').includes(name);

function chosen(measures) {
  const known = [...measures.map(({ name }) => name), 'memory'];
  const unknown = (options.only ?? '').split(',').filter((name) => name && !known.includes(name));
  if (unknown.length > 0) throw new Error(`no measure is called ${unknown}: there are ${known.join(', ')}`);
  return measures.filter(({ name }) => wants(name));
}

// Gives the memory of the service after three verifies of each of that many keys, spread over the workers.
async function memoryWhenFull(site, seeder, run) {
  say(`Filling the caches with ${cachedKeys} keys.`);
  const lines = verifications(site.tenant, seeder.people('many', cachedKeys / 500, 500));
  const { workers } = site.processes('hot', 0);
  for (let sent = 0; sent < 3 * cachedKeys; )
    sent += (await run({ port: 'hot', status: 204, lines: () => lines }, 10)).requests;
  return memoryOf(workers);
}

function report(summary, memory, rounds) {
  say(table(summary, memory));
  const document = { at: new Date().toISOString(), load: loadavg(), options, summary, memory, rounds };
  if (options.json) writeFileSync(options.json, JSON.stringify(document, undefined, 1) + '\n');
}

function say(text) {
  console.log(text);
}

await withSite(measure);
