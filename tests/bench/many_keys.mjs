// Measures whether verify is slower over ten million keys than over a thousand. `./claviger bench many_keys` starts it.
//
// Two databases have the same tenants. The first has one key in each tenant, the second as many as the total needs. A
// service without a key cache runs before each database. Each round sends the keys of the first database (`base`), then
// one key per tenant of the second (`few`), then a hundred per tenant (`spread`).

import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';

import { startDatabase } from '../support/database.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';
import { AccessLog } from './access_log.mjs';
import { load } from './load.mjs';
import { optionsOf } from './options.mjs';
import { median } from './report.mjs';
import { sql } from './seed.mjs';

const usage = './claviger bench many_keys [--keys 10000000] [--tenants 1000] [--rounds 7] [--seconds 4] [--pool 4G] [--json FILE]';
const options = optionsOf(usage, { keys: 10_000_000, tenants: 1000, rounds: 7, seconds: 4, pool: '4G', json: undefined });
const tenantCount = options.tenants;
const keysEach = Math.round(options.keys / tenantCount);
const spreadEach = Math.min(100, keysEach);
const mostSlower = 0.15;

const folder = dirname(process.env.TEST_CONFIG);
const pepperFile = join(folder, 'secrets/pepper');
const slugOf = (i) => `bench-${i}`;
const hostOf = (i) => `b${i}.localhost`;
const durable = ['--performance-schema=OFF', `--innodb-buffer-pool-size=${options.pool}`, '--table-open-cache=10000', '--table-definition-cache=10000', '--open-files-limit=20000', '--innodb-log-file-size=96M'];
const hasty = [...durable, '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-log-file-size=1G', '--skip-log-bin'];

const say = (text) => console.log(text);
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(0);

// Makes the databases. The second is a copy of the first, so both have the same tenants.
async function makeDatabases() {
  const began = performance.now();
  const tool = await startTool(...hasty);
  const few = tool.database;
  tool.run('migrate');
  const document = join(few.folder, 'tenants.json');
  const tenants = Array.from({ length: tenantCount }, (_, i) => ({ slug: slugOf(i), name: `Bench ${i}`, hosts: [hostOf(i)] }));
  writeFileSync(document, JSON.stringify({ tenants }));
  const applied = tool.run('apply', document);
  if (applied.status !== 0) throw new Error(`the tenants were not made: ${applied.stderr}`);
  const many = await startDatabase(...hasty);
  await Promise.all([few.shutDown(), many.shutDown()]);
  for (const part of ['db/data', 'secrets']) {
    rmSync(join(many.folder, part), { recursive: true });
    cpSync(join(few.folder, part), join(many.folder, part), { recursive: true });
  }
  await Promise.all([few.start(), many.start()]);
  say(`${tenantCount} tenants made, twice, in ${seconds(began)} s`);
  return { few, many };
}

// Fills every tenant of a database, on both cores. Gives request lines: for the first key of each tenant, and for
// several keys of each tenant.
async function fill(database, each, asked) {
  const began = performance.now();
  const lines = [];
  const next = { tenant: 0 };
  await Promise.all([0, 1].map(() => fillTenants(database, each, asked, next, lines)));
  const perSecond = Math.round((each * tenantCount) / ((performance.now() - began) / 1000));
  say(`${each * tenantCount} keys in ${seconds(began)} s, ${perSecond}/s`);
  return { first: lines.map(([line]) => line), all: Array.from({ length: asked }, (_, k) => lines.map((of) => of[k])).flat() };
}

function fillTenants(database, keysEach, asked, next, lines) {
  const worker = new Worker(new URL('fill_tenant.mjs', import.meta.url), { workerData: { socket: database.socket, pepperFile, keysEach, asked } });
  return new Promise((resolve, reject) => {
    let filling;
    const go = () => {
      filling = next.tenant++;
      if (filling >= tenantCount) return worker.terminate();
      if (keysEach > 100 && filling > 0 && filling % 100 === 0) say(`${filling} tenants filled`);
      worker.postMessage({ slug: slugOf(filling), host: hostOf(filling) });
    };
    worker.on('message', (keys) => {
      lines[filling] = keys.map((key) => ['GET', '/v1/verify', 'Host', hostOf(filling), 'Authorization', `Bearer ${key}`]);
      go();
    });
    worker.on('error', reject);
    worker.on('exit', resolve);
    go();
  });
}

async function settle(database) {
  await database.shutDown();
  database.options = durable;
  await database.start();
}

async function measure(service, lines) {
  const log = new AccessLog(join(service.folder, 'log/access.log'));
  log.clear();
  const found = await load({ port: service.port, lines, seconds: options.seconds, folder: service.folder });
  await log.settled();
  log.mustHold('204', found.requests);
  return found;
}

function report(rounds) {
  const rows = Object.keys(rounds[0]).map((name) => {
    const own = rounds.map((round) => round[name]);
    const ratio = median(rounds.map((round) => round[name].perSecond / round.base.perSecond));
    return { name, perSecond: median(own.map((o) => o.perSecond)), p50: median(own.map((o) => o.p50)), p99: median(own.map((o) => o.p99)), ratio };
  });
  for (const { name, perSecond, p50, p99, ratio } of rows)
    say(`${name.padEnd(8)} ${String(Math.round(perSecond)).padStart(7)}/s  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  ${ratio.toFixed(3)} of base`);
  const met = rows.every(({ ratio }) => ratio >= 1 - mostSlower);
  say(`Medians of ${rounds.length} rounds; promised is ${1 - mostSlower} at least: ${met ? 'met' : 'MISSED'}. Load ${loadavg()[0].toFixed(1)}.`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ at: new Date().toISOString(), options, rows, rounds, met }, undefined, 1) + '\n');
  process.exitCode = met ? 0 : 1;
}

const databases = await makeDatabases();
const services = {};
try {
  const base = await fill(databases.few, 1, 1);
  const many = await fill(databases.many, keysEach, spreadEach);
  for (const [name, database] of Object.entries(databases)) {
    await settle(database);
    services[name] = await startService({ ...database.settings, 'verify.cache_keys': 0 });
  }
  const counted = sql(databases.many.socket, `SELECT SUM(table_rows), SUM(data_length + index_length) FROM information_schema.tables WHERE table_name = 'api_keys';`);
  say(`The second database has some ${counted[0][0]} keys in ${(counted[0][1] / 2 ** 30).toFixed(1)} GiB; innodb_buffer_pool_size is ${options.pool} in each.`);
  const sides = [['base', services.few, base.all], ['few', services.many, many.first], ['spread', services.many, many.all]];
  for (const [, service, lines] of sides) await measure(service, lines); // warms up
  const rounds = [];
  for (let i = 0; i < options.rounds; ++i) {
    const round = {};
    for (const [name, service, lines] of sides) round[name] = await measure(service, lines);
    rounds.push(round);
    say(`round ${i + 1}  ${sides.map(([name]) => `${name} ${Math.round(round[name].perSecond)}/s`).join('  ')}`);
  }
  report(rounds);
} finally {
  for (const service of Object.values(services)) await service.stop();
  for (const database of Object.values(databases)) await database.stop();
}
