// ./claviger where it refuses, passes arguments on, or prints something. Nothing here starts a service.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launcher, newVar, runLauncher } from '../support/demo.mjs';
import { launcherFunction, root } from '../support/launcher.mjs';

const tool = join(root, 'build/cli/claviger');
let folder;

before(() => (folder = newVar()));
after(() => rmSync(folder, { recursive: true }));

const functionFailing = (...args) => {
  try {
    return assert.fail(`it succeeded: ${launcherFunction(...args)}`);
  } catch (error) {
    return String(error.stderr);
  }
};

for (const [what, text] of [
  ['Debian 11', 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\n'],
  ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="12"\nPRETTY_NAME="Ubuntu 12"\n'],
  ['a system without a name', ''],
]) {
  test(`refuses ${what}`, () => {
    const release = join(folder, 'os-release');
    writeFileSync(release, text);
    const said = functionFailing('requireDebian12', release);
    assert.match(said, /Debian 12 only/);
    assert.match(said, new RegExp(text.match(/PRETTY_NAME="([^(]+?) ?["(]/)?.[1] ?? 'unknown'));
  });
}

test('acceptsDebian12', () => {
  const release = join(folder, 'os-release');
  writeFileSync(release, 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n');
  launcherFunction('requireDebian12', release);
});

test('namesWhatIsMissingAndWhy', () => {
  const table = 'coreutils  always there\nclaviger-none  of no use\n';
  assert.equal(launcherFunction('missingOf', table), 'claviger-none  of no use\n');
});

for (const port of ['abc', '0', '65536', '-1', '8080x', '99999999999']) {
  test(`refusesThePort ${port}`, async () => {
    const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: folder, PORT: port });
    assert.equal(status, 1);
    assert.match(output, /PORT must be a number from 1 to 65535/);
    assert.equal(existsSync(join(folder, 'claviger.conf')), false, 'nothing was made');
  });
}

test('refusesAPortThatIsInUse', async () => {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: folder, PORT: String(port) });
  server.close();
  assert.equal(status, 1);
  assert.match(output, new RegExp(`port ${port} is in use`));
  assert.equal(existsSync(join(folder, 'claviger.conf')), false, 'nothing was made');
});

test('refusesAFolderWhoseSocketsWouldHaveTooLongPaths', async () => {
  const long = join(folder, 'x'.repeat(100));
  const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: long });
  assert.equal(status, 1);
  assert.match(output, /CLAVIGER_VAR is too long.*107 bytes/);
  assert.equal(existsSync(long), false, 'nothing was made');
});

test('refusesAFolderWithCharactersThatConfigurationsCannotHold', async () => {
  for (const name of ['a b', 'a;b', 'a"b', 'a$b', 'a|b', 'ä']) {
    const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: join(folder, name) });
    assert.equal(status, 1);
    assert.match(output, /may only hold letters, digits/);
  }
  assert.deepEqual(readdirSync(folder).filter((name) => /^(a.b|ä)$/.test(name)), [], 'nothing was made');
});

test('refusesAFolderThatItCannotMakeInOneLine', async () => {
  const { status, output } = await runLauncher(['demo'], { CLAVIGER_VAR: '/proc/none' });
  assert.equal(status, 1);
  assert.match(output, /^claviger: the folder \/proc\/none cannot be used: [^:\n]*; choose another CLAVIGER_VAR\n$/);
});

// Each of these ends before it makes a folder, installs or builds.
const doesNothing = async (args, expected) => {
  const { status, output } = await runLauncher(args, { CLAVIGER_VAR: join(folder, 'untouched') });
  assert.equal(status, expected, `${args}: ${output}`);
  assert.equal(existsSync(join(folder, 'untouched')), false, `${args} made nothing`);
  return output;
};

test('refusesASuiteThatThereIsNotBeforeAnyWork', async () => {
  for (const args of [['unti'], ['unit', 'nosuch'], ['--long', 'fault'], ['--nothing'], ['']])
    assert.match(await doesNothing(['test', ...args], 1), /^claviger: there is no suite ".*"; there are: api browser .*faults-long/);
  assert.match(await doesNothing(['test', 'faults-long'], 1), /\.\/claviger test --long faults-long/);
});

test('knowsTheSuitesBeforeTheyAreBuilt', () => {
  const built = readdirSync(join(root, 'build/tests')).filter((name) => name.endsWith('_tests')).map((name) => name.slice(0, -'_tests'.length));
  const scripts = readdirSync(join(root, 'tests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'galera' && readdirSync(join(root, 'tests', entry.name)).some((name) => name.endsWith('.test.mjs')))
    .map(({ name }) => name);
  const known = launcherFunction('suiteNames').trim().split('\n');
  assert.deepEqual(known.filter((name) => !scripts.includes(name) && !existsSync(join(root, 'tests', name, 'CMakeLists.txt'))), []);
  for (const name of [...built, ...scripts]) assert.ok(known.includes(name), name);
});

test('explainsEachOfItsVerbsBeforeAnyWork', async () => {
  for (const verb of ['demo', 'build', 'test', 'bench']) {
    const help = await doesNothing([verb, '--help'], 0);
    assert.match(help, new RegExp(`^Usage: \\./claviger ${verb}`));
    assert.match(help, new RegExp(`\nExamples:\n(.*\n)*?  .*\\./claviger ${verb}`));
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
    for (const args of [[verb, '-h'], ['help', verb]]) assert.equal(await doesNothing(args, 0), help);
  }
  assert.match(await doesNothing(['test', 'unit', '--help'], 0), /Suites: api browser .*unit/s);
});

test('showsTheHelpOfTheToolsVerbs', async () => {
  for (const words of [['tenant'], ['user', 'create']])
    assert.equal(await doesNothing(['help', ...words], 0), spawnSync(tool, [...words, '--help'], { encoding: 'utf8' }).stdout);
  assert.match(await doesNothing(['help', 'nothing'], 2), /there is no verb `claviger nothing`/);
});

test('namesItsOwnVerbsWhereOneIsUnknown', async () => {
  for (const [word, meant] of [['dmeo', 'demo'], ['bulid', 'build'], ['tset', 'test'], ['tenat', 'tenant']]) {
    const output = await doesNothing([word], 2);
    assert.match(output, new RegExp(`there is no verb \`claviger ${word}\`; did you mean "${meant}"\\?`));
    assert.match(output, /there are: tenant, user, .*, demo, build, test, bench/i);
  }
  const { stderr } = spawnSync(tool, ['dmeo'], { encoding: 'utf8' });
  assert.doesNotMatch(stderr, /demo/, 'the tool by itself has no such verb');
});

test('refusesArgumentsThatItDoesNotKnow', async () => {
  for (const args of [['demo', 'now'], ['build', 'all']])
    assert.equal((await runLauncher(args, { CLAVIGER_VAR: folder })).status, 1);
});

test('listsItsVerbsAndThenTheToolsHelp', async () => {
  const { status, output } = await runLauncher(['--help']);
  assert.equal(status, 0);
  for (const verb of ['demo', 'build', 'test', 'tenant', 'user', 'migrate'])
    assert.match(output, new RegExp(`\\b${verb}\\b`));
});

test('handsOtherVerbsToTheToolWithItsStatusAndOutput', () => {
  const run = (command, args) => {
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, CLAVIGER_VAR: folder } });
    return { status, stdout };
  };
  assert.deepEqual(run(launcher, ['--version']), run(tool, ['--version']));
  assert.equal(run(launcher, ['tenant', 'no-such-verb']).status, 2);
  const config = ['--config', process.env.TEST_CONFIG, 'tenant', 'list', '--json'];
  assert.deepEqual(run(launcher, config), run(tool, config));
});

test('saysHowToGetAConfiguration', async () => {
  const { status, output } = await runLauncher(['tenant', 'list'], { CLAVIGER_VAR: folder });
  assert.notEqual(status, 0);
  assert.match(output, /\.\/claviger demo makes one/);
});

test('saysHowToGetTheTool', () => {
  const lonely = join(folder, 'claviger');
  copyFileSync(launcher, lonely);
  const { status, stderr } = spawnSync(lonely, ['tenant', 'list'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /run \.\/claviger build first.*demo, build, test, bench/);
});

test('addsLessThan20MillisecondsToTheTool', () => {
  const milliseconds = (command) => {
    const began = process.hrtime.bigint();
    spawnSync(command, ['--version']);
    return Number(process.hrtime.bigint() - began) / 1e6;
  };
  let fastest = [Infinity, Infinity];
  for (let round = 0; round < 25; ++round) fastest = fastest.map((best, i) => Math.min(best, milliseconds([launcher, tool][i])));
  const added = fastest[0] - fastest[1];
  assert.ok(added < 20, `it adds ${added.toFixed(1)} ms`);
});

test('worksThroughASymbolicLinkAndFromAnyFolder', () => {
  const link = join(folder, 'link');
  symlinkSync(launcher, link);
  const run = (command) => spawnSync(command, ['--version'], { encoding: 'utf8', cwd: '/' }).stdout;
  assert.equal(run(link), run(tool));
  assert.equal(spawnSync('./claviger', ['--version'], { encoding: 'utf8', cwd: root }).stdout, run(tool));
});
