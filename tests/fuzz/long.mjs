// Runs each target under libFuzzer for a minute, two at a time, and ends with the totals. An input that breaks a
// promise is left in the target's folder beside its log. After the fix it goes into the corpus. Run by
// `./claviger test --long`.

import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const fuzzer = join(dirname(dirname(here)), 'build/fuzz/tests/fuzzer');
const folder = join(dirname(process.env.TEST_CONFIG), 'fuzz');
const seconds = Number(process.env.FUZZ_SECONDS ?? 60);
const total = { passed: 0, failed: 0 };

function fuzz(name) {
  const found = join(folder, name);
  mkdirSync(found, { recursive: true });
  const log = join(folder, `${name}.log`);
  const limits = [`-max_total_time=${seconds}`, '-max_len=4096', '-timeout=5', '-rss_limit_mb=1024'];
  const told = ['-print_final_stats=1', `-artifact_prefix=${found}/broken-`];
  const child = spawn(fuzzer, [...limits, ...told, found, join(here, 'corpus', name)], {
    env: { ...process.env, FUZZ_TARGET: name },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const out = createWriteStream(log);
  child.stderr.pipe(out, { end: false });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: error.message, log }));
    child.on('close', (code, signal) => out.end(() => resolve({ status: code ?? signal, log })));
  });
}

async function fuzzEach(names) {
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const { status, log } = await fuzz(name);
    const text = status === 0 ? readFileSync(log, 'utf8') : '';
    const runs = Number(text.match(/number_of_executed_units: (\d+)/)?.[1] ?? 0);
    const good = runs > 1000; // a target that has run nothing has shown nothing
    console.log(`${good ? 'held' : 'FAILED'} ${name}: ${good ? `${runs} inputs` : `${status}, see ${log}`}`);
    total[good ? 'passed' : 'failed'] += 1;
  }
}

rmSync(folder, { recursive: true, force: true });
const names = readdirSync(join(here, 'corpus'));
await Promise.all([fuzzEach(names), fuzzEach(names)]);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
