// Measures how fast tenants are provisioned and migrated, what a thousand of them cost, and whether verify is as fast
// with them as with one. `./claviger bench provisioning` starts it. See README.md.
//
// It uses databases of its own, configured like that of the demo: every commit and every table is on disk. It prints a
// table, and beside it the load of the machine and the time of a write. The exit status is 1 if a target is missed.

import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';

import { root } from '../support/launcher.mjs';
import { start, stop, until } from '../support/processes.mjs';
import { startTool } from '../support/tool.mjs';
import { makeBare } from './bare_ddl.mjs';
import { optionsOf } from './options.mjs';
import { compareVerify } from './verify_tenants.mjs';

const options = optionsOf('./claviger bench provisioning [--tenants 1000] [--jobs 4] [--rounds 7] [--seconds 4] [--json FILE]', {
  tenants: 1000,
  jobs: 4,
  rounds: 7,
  seconds: 4,
  json: undefined,
});
const tenants = options.tenants;
const jobs = options.jobs;
const workers = 2; // processes
const folder = dirname(process.env.TEST_CONFIG);

const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;
const rows = [];

function report(what, value, unit, { most, least } = {}) {
  const met = (most === undefined || value <= most) && (least === undefined || value >= least);
  rows.push({ what, value: Number(value.toFixed(3)), unit, most, least, met });
  const target = [most, least].every((limit) => limit === undefined) ? '' : `${met ? 'meets' : 'MISSES'} ${most ?? least}`;
  console.log(`${what.padEnd(56)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(3)} ${target}`);
}

// The time until a small write is on disk, in milliseconds. It is most of the cost of a CREATE TABLE.
function syncTime() {
  const file = join(folder, 'sync');
  const fd = openSync(file, 'w');
  const began = process.hrtime.bigint();
  for (let i = 0; i < 50; ++i) {
    writeSync(fd, 'x');
    fsyncSync(fd);
  }
  closeSync(fd);
  unlinkSync(file);
  return (seconds(began) * 1000) / 50;
}

const hostOf = (i) => `b${i}.localhost`;
const createArguments = (i) => ['tenant', 'create', `bench-${i}`, '--host', hostOf(i), '--name', `Bench ${i}`];

function must({ status, stderr }) {
  if (status !== 0) throw new Error(`the tool failed: ${stderr}`);
}

// Makes the tenants FROM to TO (not included) by one run of the tool.
function applyTenants(tool, from, to) {
  const wanted = Array.from({ length: to - from }, (_, i) => ({ slug: `bench-${from + i}`, name: `Bench ${from + i}`, hosts: [hostOf(from + i)] }));
  return timed(() => must(tool.run({ input: JSON.stringify({ tenants: wanted }) }, 'apply', '-', '--jobs', String(jobs))));
}

function timed(work) {
  const began = process.hrtime.bigint();
  work();
  return seconds(began);
}

// The peak memory of a run of the tool, in MiB.
function memoryOf(tool, args) {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', '"$@" >/dev/null 2>&1 & child=$!; most=0; while kill -0 $child 2>/dev/null; do now=$(awk "/VmHWM/ { print \\$2 }" /proc/$child/status 2>/dev/null); [ "${now:-0}" -le $most ] || most=$now; done; wait $child || exit 1; echo $most >&2', 'sh', join(root, 'build/cli/claviger'), '--config', tool.config, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the tool failed: ${args.join(' ')}`);
  return Number(stderr) / 1024;
}

// The time until every worker has logged that it is ready, in seconds.
async function startOfService(tool) {
  const log = join(folder, 'fcgi.log');
  writeFileSync(log, '');
  const socket = join(tool.database.folder, 'run/fcgi.sock');
  tool.configure({ 'fcgi.socket': socket, 'run.folder': join(tool.database.folder, 'run'), 'fcgi.workers': workers });
  const began = process.hrtime.bigint();
  const service = start(log, join(root, 'build/fcgi/claviger-fcgi'), [tool.config]);
  await until('the workers to be ready', () => readFileSync(log, 'utf8').split('"worker_ready"').length > workers);
  const took = seconds(began);
  await stop(service);
  return took;
}

console.log(`${tenants} tenants, ${jobs} at a time; load ${loadavg()[0].toFixed(1)}, a write is on disk after ${syncTime().toFixed(2)} ms\n`);
const tool = await startTool();
try {
  must(tool.run('migrate'));
  must(tool.run(...createArguments(0)));

  const singles = [];
  const env = { ...process.env, CLAVIGER_VAR: tool.database.folder };
  for (let i = 1; i <= 11; ++i)
    singles.push(timed(() => must(spawnSync(join(root, 'claviger'), createArguments(i), { encoding: 'utf8', env }))));
  singles.sort((a, b) => a - b);
  report('tenant create through the launcher, median of 11', singles[5] * 1000, 'ms', { most: 100 });

  // Half of the bare schemas come before the tenants and half after, since the load of the machine changes.
  const half = Math.round(tenants / 2);
  const before = await makeBare(tool.database.socket, 12, half, jobs);
  const applied = applyTenants(tool, 12, tenants);
  const bare = before + (await makeBare(tool.database.socket, half, tenants, jobs));
  report(`apply of ${tenants} tenants`, (applied * tenants) / (tenants - 12), 's', { most: (60 * tenants) / 1000 });
  report('bare DDL of as many tables, on as many connections', (bare * tenants) / (tenants - 12), 's');
  report('apply against bare DDL', applied / bare, '', { most: 3 });
  const schemas = tool.database.sql("SHOW DATABASES LIKE 'bare\\_%'").split('\n');
  tool.database.sql(schemas.map((schema) => `DROP DATABASE ${schema};`).join('')); // the server's caches belong to the tenants
  report('migrate with nothing to do', timed(() => must(tool.run('migrate'))), 's', { most: 3 });
  report('migrate status --check: every history compared', timed(() => must(tool.run('migrate', 'status', '--check'))), 's');
  report('memory of the tool: migrate status --all', memoryOf(tool, ['migrate', 'status', '--all']), 'MiB', { most: 64 });

  const next = tool.json('migrate', 'status').document.tenants[0].newest + 1;
  tool.addMigrations({ [`tenant/${String(next).padStart(4, '0')}_bench.sql`]: 'ALTER TABLE {schema}.users ADD COLUMN bench VARCHAR(20) NULL\n' });
  let memory = 0;
  const migrated = timed(() => (memory = memoryOf(tool, ['migrate', '--jobs', String(jobs)])));
  report('migrate with one small migration', migrated, 's', { most: (30 * tenants) / 1000 });
  report('memory of the tool meanwhile', memory, 'MiB', { most: 64 });
  report('doctor', timed(() => tool.run('doctor')), 's');
  report('tenant list', timed(() => must(tool.run('tenant', 'list'))), 's');
  tool.configure({});
  report('start of the service', await startOfService(tool), 's', { most: 1 });

  const slugs = Array.from({ length: tenants }, (_, i) => ({ slug: `bench-${i}`, host: hostOf(i) }));
  const verify = await compareVerify(tool.database, slugs, { rounds: options.rounds, seconds: options.seconds });
  report(`hot verify, ${tenants} tenants against 1 (${verify.lowest.toFixed(2)}-${verify.highest.toFixed(2)})`, verify.ratio, '', { least: 0.9 });
  report('the same, CPU of nginx, workers and database', verify.cpu, '');
} finally {
  await tool.stop();
}
console.log(`\nload ${loadavg()[0].toFixed(1)}`);
if (options.json) writeFileSync(options.json, JSON.stringify({ tenants, jobs, load: loadavg(), rows }, undefined, 2) + '\n');
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
