// Measures whether a thousand tenants are served as fast as one, and how the service comes back from a reload.
// `./claviger bench tenants` starts it. See README.md.
//
// Each measure runs over one tenant and over all, with the same number of keys, each run right after the trivial
// program.

import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';

import { until } from '../support/processes.mjs';
import { Changer } from './changer.mjs';
import { readMeasures, shuffled, trivialOf, verifications, withSessions } from './measures.mjs';
import { optionsOf } from './options.mjs';
import { median, summarize, table } from './report.mjs';
import { inRounds, runnerOf } from './runner.mjs';
import { schemaOf, Seeder, sql } from './seed.mjs';
import { withSite } from './site.mjs';

const options = optionsOf('./claviger bench tenants [--tenants 1000] [--rounds 5] [--seconds 4] [--only NAME,…] [--json FILE]', {
  tenants: 1000,
  rounds: 5,
  seconds: 4,
  only: undefined,
  json: undefined,
});
const folder = dirname(process.env.TEST_CONFIG);
const socket = join(folder, 'db/db.sock');
const keysEach = 5;
const steady = 2; // seconds before each run: the runs of other measures take longer than cached lists are used
// The promised ratios of what is spread over all tenants.
const promised = { me: 0.42, 'list-changed': 0.4, page: 0.33 };

async function measure(site) {
  console.log(`Making ${options.tenants} tenants; the load of this machine is ${loadavg()[0].toFixed(1)}.`);
  const spread = makeTenants(site).map((tenant) => peopleOf(tenant, 1));
  const one = [peopleOf(site.tenant, options.tenants)];
  const run = runnerOf(site, folder, steady);
  const measures = [...named('one', one), ...named('spread', spread)].filter(({ name }) => wants(name));
  const alternating = (all, round) => (round % 2 ? all : [...all].reverse());
  const rounds = await inRounds(run, [trivialOf(one[0])], measures, options, alternating);
  const summary = summarize(measures, rounds);
  console.log(table(summary));
  compare(summary, 'spread verify-hot', 'one verify-hot', 0.97);
  for (const which of ['one', 'spread']) compare(summary, `${which} verify-dead`, `${which} verify-hot`, 0.9);
  const reloads = wants('reload') ? await reload(site, run, measures.find(({ name }) => name === 'spread verify-hot') ?? named('spread', spread)[0]) : undefined;
  if (options.json) writeFileSync(options.json, JSON.stringify({ options, summary, rounds, reloads }, undefined, 1) + '\n');
}

const wants = (name) => !options.only || options.only.split(',').some((wanted) => name === wanted || name.endsWith(` ${wanted}`));

function makeTenants({ hot }) {
  const tenants = Array.from({ length: options.tenants }, (_, i) => ({ slug: `bench-${i}`, host: `b${i}.localhost` }));
  const file = join(hot.folder, 'tenants.json');
  writeFileSync(file, JSON.stringify({ tenants: tenants.map(({ slug, host }) => ({ slug, name: `Bench ${slug}`, hosts: [host] })) }));
  hot.mustTool(['apply', file]);
  return tenants;
}

// The people of one tenant, each with a session and five keys. `gone` is another one, whose five keys are dead.
function peopleOf(tenant, howMany) {
  const seeder = new Seeder({ socket, pepperFile: join(folder, 'secrets/pepper'), tenant });
  const people = { tenant, readers: seeder.people('reader', howMany, keysEach), gone: seeder.people('gone', 1, keysEach) };
  seeder.sql("UPDATE {schema}.api_keys SET deleted_at = UTC_TIMESTAMP(6) WHERE name LIKE 'gone %';");
  return people;
}

// The promised ratio of two measures, each as a ratio to the trivial program.
function compare(summary, name, other, atLeast) {
  const [a, b] = [name, other].map((each) => summary.find((one) => one.name === each)?.ratios.perSecond);
  if (a && b) console.log(`${name}: ${(a / b).toFixed(3)} of ${other} (promised ${atLeast})`);
}

function named(which, sets) {
  const list = () => withSessions(sets, '/api/api-keys', shuffled);
  const page = () => withSessions(sets, '/settings/api-keys', shuffled);
  const lists = sets.flatMap(({ tenant, readers }) =>
    readers.map(({ id }, i) => ({ schema: schemaOf(tenant), user: id, key: `reader ${i} 0` })));
  const more = [
    { name: 'list-changed', port: 'hot', status: 200, lines: list, beside: (log) => new Changer(socket, log, lists) },
    { name: 'list-uncached', port: 'unlisted', status: 200, lines: list },
    { name: 'page-uncached', port: 'unlisted', status: 200, lines: page },
  ];
  const dead = { name: 'verify-dead', port: 'hot', status: 401, lines: () => shuffled(sets.flatMap(({ tenant, gone }) => verifications(tenant, gone))) };
  return [...readMeasures(sets, shuffled), ...more, dead].map((each) => ({
    ...each,
    name: `${which} ${each.name}`,
    atLeast: which === 'spread' ? promised[each.name] : undefined,
  }));
}

// Sends hot verifies before and during the first second after SIGHUP, as often as there are rounds.
async function reload(site, run, verify) {
  const found = [];
  for (let round = 1; round <= options.rounds; ++round) {
    await run(verify, options.seconds);
    const before = await run(verify, 1);
    const asked = reads();
    const old = site.hot.children().workers;
    site.hot.workers.kill('SIGHUP');
    await until('a new worker', () => site.hot.children().workers.some((pid) => !old.includes(pid)));
    const after = await run(verify, 1);
    found.push({ rate: after.perSecond / before.perSecond, p99: after.p99 / before.p99, asked: (reads() - asked) / after.requests });
    await until('the earlier workers to have ended', () => !site.hot.children().workers.some((pid) => old.includes(pid)), 40);
  }
  const of = (figure) => median(found.map((each) => each[figure]));
  console.log(`\nThe first second after a reload: ${of('rate').toFixed(3)} of the rate before, p99 ${of('p99').toFixed(1)} times that of before, ` +
    `${of('asked').toFixed(4)} reads of the database for each verify; medians.`);
  return found;
}

// The reads that the database has run: lookups, and some twenty a second of the poller.
function reads() {
  const rows = sql(socket, "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_execute_sql');");
  return rows.reduce((sum, [, count]) => sum + Number(count), 0);
}

await withSite(measure);
