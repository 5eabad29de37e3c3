// Runs the suites, one after another, and ends with the totals. `./claviger test [NAME…]` starts it, after it has built
// everything and started the database of TEST_CONFIG.
//
// A suite is a C++ binary build/tests/NAME_tests, or a folder tests/NAME with *.test.mjs files. A suite that runs
// nothing, skips anything or prints no totals has failed.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const logs = join(dirname(process.env.TEST_CONFIG), 'log');
const order = ['checks', 'unit', 'contract', 'migration', 'api', 'fuzz', 'server', 'system', 'faults', 'browser'];
const longOnly = ['galera']; // folders whose suite is named NAME-long
const atOnce = { system: 3 }; // files of a suite that run at once; one where nothing is said, since times are measured
const longest = 20 * 60 * 1000; // milliseconds for one suite

function cppSuites(builtIn = 'build/tests', suffix = '') {
  const folder = join(root, builtIn);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('_tests'))
    .map((file) => ({ name: file.slice(0, -'_tests'.length) + suffix, command: [join(folder, file)], totals: cppTotals }));
}

function nodeSuites() {
  return readdirSync(join(root, 'tests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !longOnly.includes(entry.name))
    .map(({ name }) => ({ name, files: testFiles(join(root, 'tests', name)) }))
    .filter(({ files }) => files.length > 0)
    .map(({ name, files }) => nodeSuite(name, files));
}

function nodeSuite(name, files) {
  const flags = ['--test', '--test-reporter=spec', ...concurrency(atOnce[name] ?? 1)];
  return { name, command: [process.execPath, ...flags, ...files], totals: nodeTotals };
}

// Node knows the flag since 18.19 and 20.10. An older one runs as many files at once as it likes: one on two cores.
function concurrency(files) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const known = major > 20 || (major === 20 && minor >= 10) || (major === 18 && minor >= 19);
  return known ? [`--test-concurrency=${files}`] : [];
}

// The suites that `./claviger test --long` runs in addition.
function longSuites() {
  if (!process.env.TEST_LONG) return [];
  const long = (file) => ({ command: [process.execPath, join(root, 'tests', file)], totals: cppTotals });
  const faults = testFiles(join(root, 'tests/faults'));
  const isOfDead = (file) => basename(file) === 'dead_everywhere.test.mjs';
  return [
    { name: 'fuzz-long', ...long('fuzz/long.mjs') },
    { name: 'model-long', ...long('model/long.mjs') },
    { ...nodeSuite('dead-long', faults.filter(isOfDead)), env: { REGENERATIONS: '10000', CLIENTS: '48' } },
    ...longOnly.map((name) => nodeSuite(`${name}-long`, testFiles(join(root, 'tests', name)))),
    { ...nodeSuite('faults-long', faults.filter((file) => !isOfDead(file))), env: { FAULTS_LONG: 'yes' } },
    ...['asan', 'tsan'].flatMap((sanitizer) => cppSuites(`build/${sanitizer}/tests`, `-${sanitizer}`)),
  ];
}

function testFiles(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.mjs'))
    .sort()
    .map((file) => join(folder, file));
}

function cppTotals(output) {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].pop();
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

function nodeTotals(output) {
  const count = (word) => Number([...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'))].pop()?.[1] ?? NaN);
  const passed = count('pass');
  const failed = count('fail') + count('cancelled') + count('skipped') + count('todo');
  return Number.isNaN(passed + failed) ? undefined : { passed, failed };
}

let running;

function run({ name, command, env = {} }) {
  const log = join(logs, `suite-${name}.log`);
  const fd = openSync(log, 'w');
  // The suite gets a process group of its own. So a stop reaches all processes that the suite has started.
  running = spawn(command[0], command.slice(1), { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', fd, fd], detached: true });
  closeSync(fd);
  const timer = setTimeout(() => process.kill(-running.pid, 'SIGKILL'), longest);
  return new Promise((resolve) => {
    running.on('error', (error) => resolve({ ended: error.message, log }));
    running.on('exit', (code, signal) => resolve({ ended: code === 0 ? 'well' : (signal ?? `exit ${code}`), log }));
  }).finally(() => clearTimeout(timer));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (running?.exitCode === null) process.kill(-running.pid, 'SIGTERM');
    process.exit(1);
  });
}

function chosen(suites, names) {
  const wanted = names.map((name) => name.replace(/_tests$/, ''));
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`There is no suite ${unknown.join(', ')}; there are: ${suites.map((s) => s.name).join(', ')}`);
    process.exit(2);
  }
  return wanted.length > 0 ? suites.filter((suite) => wanted.includes(suite.name)) : suites;
}

const rank = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
const all = [...cppSuites(), ...nodeSuites(), ...longSuites()].sort((a, b) => rank(a) - rank(b));
const total = { passed: 0, failed: 0 };

mkdirSync(logs, { recursive: true });
for (const suite of chosen(all, process.argv.slice(2))) {
  process.stdout.write(`${suite.name.padEnd(12)} `);
  const began = process.hrtime.bigint();
  const { ended, log } = await run(suite);
  const seconds = (Number(process.hrtime.bigint() - began) / 1e9).toFixed(1);
  const output = readFileSync(log, 'utf8');
  const { passed, failed } = suite.totals(output) ?? { passed: 0, failed: 0 };
  const bad = failed > 0 || ended !== 'well' || passed === 0;
  total.passed += passed;
  total.failed += bad ? Math.max(failed, 1) : 0;
  const reason = bad && failed === 0 ? ` (${ended === 'well' ? 'it ran nothing' : ended})` : '';
  console.log(`${String(passed).padStart(5)} passed, ${failed} failed${reason}, ${seconds} s`);
  if (bad) console.log(`\n${output.split(/^✖ failing tests:$/m).pop()}\n(all of it is in ${log})\n`);
}

if (total.passed + total.failed === 0) {
  console.log('No suite was found.');
  total.failed = 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
