// Checks the model of the fence, domain/fence/fence.pml, with Spin. As built it keeps its promises. With each of the
// faults that the model lists it must fail. Ends with the totals. `./claviger test --long` runs it.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const model = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'domain/fence/fence.pml');
const folder = join(dirname(process.env.TEST_CONFIG), 'model');
const limit = { timeout: 15 * 60 * 1000, maxBuffer: 1 << 26 };
const scenes = { own: ['-DOWN=true'], other: ['-DOWN=false'], 'own, restart': ['-DOWN=true', '-DRESTART'], 'other, restart': ['-DOWN=false', '-DRESTART'],
  'other, takeover': ['-DOWN=false', '-DTAKEOVER'] };
const total = { passed: 0, failed: 0 };

// Reads the lines "NAME  own|other[, restart]  what" of the model's first comment.
function faults() {
  const lines = readFileSync(model, 'utf8').split('*/')[0].matchAll(/^ +([A-Z]+(?:_[A-Z]+)*) +(own|other)((?:, restart|, takeover)*) {2,}\S/gm);
  return [...lines].map(([, fault, whose, more]) => ({ fault, scene: whose + more }));
}

// Gives the number of states of the model and the number of failed assertions.
async function check({ scene, fault }) {
  const place = join(folder, `${fault ?? 'honest'}-${scene.replaceAll(', ', '-')}`);
  mkdirSync(place, { recursive: true });
  const options = { cwd: place, ...limit };
  await run('spin', ['-a', ...scenes[scene], ...(fault ? [`-D${fault}`] : []), model], options);
  await run('gcc', ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c'], options);
  const { stdout } = await run('./pan', ['-E', '-m1000000', '-w24'], options);
  const errors = Number(/errors: (\d+)/.exec(stdout)?.[1]);
  const states = Number(/(\d+) states, stored/.exec(stdout)?.[1]);
  if (/Search not completed|max search depth too small/.test(stdout) && errors === 0) throw new Error(`it was not searched to its end: ${stdout}`);
  return { errors, states };
}

async function judge(each) {
  const { scene, fault } = each;
  let told;
  let good = false;
  try {
    const { errors, states } = await check(each);
    good = fault ? errors > 0 : errors === 0 && states > 100_000; // a search of few states would prove nothing
    told = `${fault && good ? 'caught after ' : ''}${states} states, ${errors} errors`;
  } catch (failure) {
    told = failure.message;
  }
  console.log(`${good ? 'held' : 'FAILED'} ${fault ?? 'as built'} (${scene}): ${told}`);
  total[good ? 'passed' : 'failed'] += 1;
}

async function judgeEach(all) {
  for (let each = all.shift(); each !== undefined; each = all.shift()) await judge(each);
}

rmSync(folder, { recursive: true, force: true });
const all = [...Object.keys(scenes).map((scene) => ({ scene })), ...faults()];
await Promise.all([judgeEach(all), judgeEach(all)]);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed < 20 ? 1 : 0;
