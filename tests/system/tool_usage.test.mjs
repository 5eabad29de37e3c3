// The command line of the tool `claviger`: help, misuse, invalid values, and passwords that never leave standard input.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { program, runTool } from '../support/tool.mjs';

const password = 'hunter2-hunter2-hunter2';
const user = ['user', 'create', '--tenant', 'acme', '--email', 'a@acme.example'];
const tenant = ['tenant', 'create', 'acme', '--host', 'acme.example.com', '--name', 'Acme Inc'];

// Expects exit status 2, a text on standard error, and nothing on standard output. With --json it expects one document
// there.
function assertUsage(args, options) {
  const told = runTool(args, options);
  assert.equal(told.status, 2, told.stderr);
  assert.equal(told.stdout, '');
  assert.match(told.stderr, /^claviger: ./);

  const asJson = runTool(['--json', ...args], options);
  assert.equal(asJson.status, 2);
  const { error } = JSON.parse(asJson.stdout);
  assert.equal(error.code, 'usage');
  assert.ok(told.stderr.includes(error.message));
  for (const text of [told.stderr, asJson.stdout, asJson.stderr]) assert.ok(!text.includes('hunter2'), text);
  return told.stderr;
}

const verbs = [
  [], ['tenant'], ['tenant', 'create'], ['tenant', 'list'], ['tenant', 'show'],
  ['tenant', 'rename'], ['tenant', 'suspend'], ['tenant', 'resume'],
  ['user'], ['user', 'create'], ['user', 'list'], ['user', 'approve'], ['user', 'suspend'], ['user', 'set-password'], ['user', 'sign-out'], ['user', 'unlock'],
  ['key'], ['key', 'list'], ['key', 'create'], ['key', 'regenerate'], ['key', 'revoke'], ['migrate'], ['migrate', 'status'], ['apply'],
  ['tenant', 'export'], ['tenant', 'import'], ['tenant', 'drop'], ['pepper'], ['pepper', 'status'], ['pepper', 'rotate'], ['backup'], ['restore'], ['dead-keys'], ['doctor'], ['completion'], ['man'], ['help'],
];

for (const verb of verbs) {
  test(`\`claviger ${[...verb, '--help'].join(' ')}\` explains itself with an example`, () => {
    const { status, stdout, stderr } = runTool([...verb, '--help']);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.ok(stdout.includes(`Usage: ${['claviger', ...verb].join(' ')}`));
    assert.match(stdout, new RegExp(`Examples:\n(.*\n)*?  (.* \\| )?${['claviger', ...verb].join(' ')}`));
  });
}

test('a list of verbs has a line for each, and no prose is wider than a terminal', () => {
  const [prose] = runTool(['--help']).stdout.split('\nExamples:\n');
  for (const line of prose.split('\n')) assert.ok(line.length <= 80, line);
  for (const group of [[], ['tenant']]) {
    const lines = runTool([...group, '--help']).stdout.split('\nVerbs:\n')[1].split('\n\n')[0].split('\n');
    for (const line of lines) assert.match(line, /^( {2}[a-z-]+ +| {16})[^ .][^.]*$/);
  }
  assert.match(runTool(['apply', '--help']).stdout, /^ {2}FILE \(required\) +The document/m);
});

test('the help of the tool names the exit statuses', () => {
  assert.match(runTool(['--help']).stdout, /0 done or already so, 1 failed, 2 usage, 3 not found, 4 conflict, 5 partly done/);
});

test('tells its version', () => {
  const { status, stdout } = runTool(['--version']);
  assert.equal(status, 0);
  assert.match(stdout, /^claviger \d+\.\d+\.\d+\n$/);
});

for (const args of [
  [], ['tenant'], ['user'], ['nothing'], ['tenant', 'crate'], ['migrate', 'everything'], ['--nothing'], ['tenant', 'list', '--nothing'],
  ['tenant', 'list', 'acme'], ['tenant', 'show'], ['tenant', 'show', 'acme', 'globex'], ['tenant', 'list', '--json=maybe'],
  ['tenant', 'rename', 'acme'], ['tenant', 'list', '--dry-run'], ['tenant', 'suspend', 'acme', '--name', 'x'],
  ['key', 'revoke', '--tenant', 'acme'], ['key', 'revoke', '--tenant', 'acme', '--name', 'x'],
  ['key', 'revoke', '--tenant', 'acme', '--id', '019ab0f2-53c1-7d2e-9f4a-0c1d2e3f4a5b', '--name', 'x'],
  ['user', 'list'], ['user', 'list', '--tenant'], ['user', 'approve', '--tenant', 'acme'],
  ['tenant', 'create', 'acme', '--host', 'a.example'], [...tenant, '--name', 'Twice'], user,
]) {
  test(`\`claviger ${args.join(' ')}\` is misuse`, () => {
    assert.match(assertUsage(args), /--help|--name|--tenant/);
  });
}

test('an unknown verb is answered with those there are, and the nearest', () => {
  assert.match(assertUsage(['tenant', 'crate']), /did you mean "create"\? There are: create, list, show/);
  assert.match(assertUsage(['tenent', 'list']), /did you mean "tenant"\?/);
  const far = assertUsage(['nothing']);
  assert.match(far, /there are: tenant, user/);
  assert.doesNotMatch(far, /did you mean/);
});

test('`claviger help VERB` is `claviger VERB --help`', () => {
  for (const words of [[], ['tenant'], ['user', 'create'], ['help']]) {
    const { status, stdout, stderr } = runTool(['help', ...words]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.equal(stdout, runTool([...words, '--help']).stdout);
  }
  assert.match(assertUsage(['help', 'tenat']), /there is no verb `claviger tenat`; did you mean "tenant"\?/);
  assert.match(assertUsage(['help', 'tenant', 'nothing']), /there is no verb `claviger tenant nothing`/);
  assert.match(assertUsage(['help', 'doctor', 'nothing']), /`claviger doctor` has no verbs/);
});

test('an option with an equals sign and no value takes no word behind it', () => {
  assert.match(assertUsage(['--config=', 'tenant', 'list']), /--config has no value/);
  assert.match(assertUsage(['tenant', 'create', 'acme', '--host=', '--name', 'Acme']), /--host has no value/);
  assert.match(assertUsage(['--config', '', 'tenant', 'list']), /--config: the name of the file is empty/);
});

for (const [what, args] of Object.entries({
  'a slug with capitals': ['tenant', 'show', 'Acme'],
  'a slug of one letter': ['tenant', 'show', 'a'],
  'a slug of 32 characters': ['tenant', 'show', 'a'.repeat(32)],
  'an empty slug': ['tenant', 'show', ''],
  'a host with a port': ['tenant', 'create', 'acme', '--host', 'acme.example:80', '--name', 'x'],
  'a host with a blank': ['tenant', 'create', 'acme', '--host', 'acme example', '--name', 'x'],
  'an empty host': ['tenant', 'create', 'acme', '--host', '', '--name', 'x'],
  'an empty name': ['tenant', 'create', 'acme', '--host', 'acme.example', '--name', ''],
  'a name of blanks': ['tenant', 'create', 'acme', '--host', 'acme.example', '--name', ' \u00a0\t'],
  'a name of 101 characters': ['tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'x'.repeat(101)],
  'a name with a control character': ['tenant', 'create', 'acme', '--host', 'acme.example', '--name', 'a\u001b[31mb'],
  'a key id that is none': ['key', 'revoke', '--tenant', 'acme', '--id', '17'],
  'an empty name of a key': ['key', 'create', '--tenant', 'acme', '--email', 'a@acme.example', '--name', ' '],
  'a name of a key with 101 characters': ['key', 'create', '--tenant', 'acme', '--email', 'a@acme.example', '--name', 'x'.repeat(101)],
  'an address without @': ['user', 'approve', '--tenant', 'acme', '--email', 'nobody'],
  'an empty slug behind --tenant': ['migrate', '--tenant', ''],
  'an empty name of an export': ['tenant', 'export', 'acme', '--output', ''],
  "an empty name of a drop's export": ['tenant', 'drop', 'acme', '--confirm', 'acme', '--export', ''],
  'a bad slug behind --tenant': ['user', 'list', '--tenant', 'ac me'],
  'a configuration that is not there': ['tenant', 'list', '--config', '/nonexistent/claviger.conf'],
  'a configuration that is a folder': ['tenant', 'list', '--config', '/tmp'],
})) {
  test(`${what} is an invalid value`, () => {
    assertUsage(args);
  });
}

test('a name that is no UTF-8 is an invalid value', () => {
  const shell = `exec ${program} tenant create acme --host acme.example --name "$(printf 'a\\377b')"`;
  assert.equal(spawnSync('sh', ['-c', shell]).status, 2);
});

test('a document is UTF-8, whatever it repeats', () => {
  const { status, stdout } = spawnSync('sh', ['-c', `exec ${program} tenant list --json --config "$(printf '/gr\\303\\274n\\303\\377')"`]);
  assert.equal(status, 2);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(stdout);
  assert.match(JSON.parse(text).error.message, /there is no file \/grün\ufffd\ufffd$/);
});

test('an invalid value is told before the configuration is read', () => {
  const broken = ['--config', process.execPath];
  assertUsage([...broken, 'tenant', 'show', 'Acme']);
});

for (const [what, input] of Object.entries({
  'of 11 bytes': 'hunter2-hun\n',
  'of 1,025 bytes': 'hunter2-'.repeat(128) + 'x',
  'of 1,025 bytes and a newline': 'hunter2-'.repeat(128) + 'x\n',
  'of a megabyte': 'hunter2-'.repeat(1 << 17),
  'that is empty': '',
  'that is a newline': '\n',
  'with a NUL': 'hunter2\0hunter2',
  'in Latin-1': Buffer.from('hunter2-sch\u00fcssel-kasten\n', 'latin1'),
})) {
  test(`a password ${what} is refused and not repeated`, () => {
    const told = assertUsage([...user, '--password-stdin'], { input });
    assert.match(told, what === 'in Latin-1' ? /not UTF-8.*no browser/ : /12 to 1,024 bytes/);
    assert.doesNotMatch(told, /Pipe it or name a file/, 'it was piped');
    if (['that is empty', 'that is a newline'].includes(what)) assert.match(told, /is empty[^]*the variable or the file/);
  });
}

test('a password is never taken from an argument, nor repeated', () => {
  for (const args of [
    ['--password', password],
    [`--password=${password}`],
    [`-p${password}`],
    [`--password-stdin=${password}`],
    ['--password-stdin', password],
    ['--password-stdin', '--', password],
  ])
    assertUsage([...user, ...args], { input: `${password}\n` });
});

test('no misuse repeats a value, since it may be a secret, and a misspelt name is repeated', () => {
  for (const args of [
    [password], ['user', password], ['pepper', 'hunter2'], ['user', 'hunterhunterhunter'], ['tenant', 'list', password], ['tenant', 'list', `--${password}`],
    ['migrate', '--jobs', password], ['restore', 'folder', '--jobs', password], ['restore', 'folder', `--jobs=${password}`], ['completion', password],
  ])
    assert.doesNotMatch(assertUsage(args), /hunter/);
  assert.match(assertUsage(['tenant', 'crate']), /there is no verb `claviger tenant crate`; did you mean "create"\? There are: create,/);
  assert.match(assertUsage(['user', password]), /^claviger: `claviger user` has no such verb; there are: create,/);
  assert.match(assertUsage(['tenant', 'list', '--hosts']), /there is no option --hosts of `claviger tenant list`/);
  for (const jobs of ['0', '65', 'x']) assert.match(assertUsage(['migrate', '--jobs', jobs]), /^claviger: --jobs: it takes N \(1 to 64; 4\)$/m);
  assert.match(assertUsage(['completion', 'csh']), /^claviger: SHELL: it takes bash, fish or zsh$/m);
});

test('a terminal is refused with a hint', () => {
  const command = [program, ...user, '--password-stdin'].join(' ');
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { input: `${password}\n`, encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stdout, /a terminal would show the password/);
  assert.match(stdout, /< password\.txt/);
});

test('a configuration that cannot be read says why, and which option names another', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-tool-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const circle = join(folder, 'claviger.conf');
  symlinkSync(circle, circle); // not even root can read that
  const { status, stdout, stderr } = runTool(['--config', circle, 'tenant', 'list', '--json']);
  assert.equal(status, 1);
  assert.equal(JSON.parse(stdout).error.code, 'bad_configuration');
  assert.match(stderr, /claviger\.conf cannot be read: Too many levels of symbolic links\nName another with --config FILE/);
});

test('what is wrong inside the configuration is a failure that names the line', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-tool-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'claviger.conf');
  writeFileSync(config, 'fcgi.thread = 4\n');
  const { status, stdout, stderr } = runTool(['--config', config, 'tenant', 'list', '--json']);
  assert.equal(status, 1);
  assert.equal(JSON.parse(stdout).error.code, 'bad_configuration');
  assert.match(stderr, /claviger\.conf:1: there is no setting "fcgi\.thread"; did you mean "fcgi\.threads"\?/);
});
