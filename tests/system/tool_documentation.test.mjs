// The completion scripts and the manual page are made from the definitions behind --help. So they contain all that it
// shows, and the programs that read them accept them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { runTool } from '../support/tool.mjs';

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), 'claviger-words-'))));
after(() => rmSync(folder, { recursive: true }));

const shells = ['bash', 'fish', 'zsh'];

function printed(...args) {
  const { status, stdout, stderr } = runTool(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: folder, ...options });
  assert.equal(error, undefined, `${command} does not run`);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

// Every verb and option that --help shows: [{ verb: ['tenant', 'create'], verbs: […], options: ['--host', …] }].
function shownByHelp(verb = []) {
  const text = printed(...verb, '--help').split('\nExamples:\n')[0];
  const part = (title) => text.split(`\n${title}:\n`)[1]?.split('\n\n')[0].split('\n') ?? [];
  const verbs = part('Verbs').map((line) => /^ {2}([a-z-]+)/.exec(line)?.[1]).filter(Boolean);
  const options = part('Options').flatMap((line) => (/^ {2}(-[^ ]+)/.exec(line)?.[1] ?? '').split(',')).filter(Boolean);
  return [{ verb, verbs, options }, ...verbs.flatMap((inner) => shownByHelp([...verb, inner]))];
}

const shown = shownByHelp();

// The words that the real bash offers for the last of these words.
function bashOffers(...words) {
  const script = join(folder, 'claviger.bash');
  if (!existsSync(script)) writeFileSync(script, printed('completion', 'bash'));
  const code = `. "$1"; shift; COMP_WORDS=(claviger "$@"); COMP_CWORD=$#; _claviger; ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '-c', code, 'bash', script, ...words]).split('\n').filter(Boolean);
}

function fishOffers(...words) {
  const script = join(folder, 'claviger.fish');
  if (!existsSync(script)) writeFileSync(script, printed('completion', 'fish'));
  const lines = run('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, ['claviger', ...words].join(' ')], {
    env: { ...process.env, HOME: folder },
  });
  return lines.split('\n').filter(Boolean).map((line) => line.split('\t')[0]);
}

// Zsh completes only at a terminal. So the words are taken from the functions to which the script passes them.
function zshOffers(...words) {
  const script = join(folder, 'claviger.zsh');
  if (!existsSync(script)) writeFileSync(script, printed('completion', 'zsh'));
  const code = `compdef() { : }; _files() { print -l -- *(N) }
    _describe() { [[ $1 == -o ]] && shift; local -a given; given=("\${(@P)2}"); print -l -- "\${given[@]%%:*}" }
    . $1; shift; words=(claviger "$@"); CURRENT=$(( $# + 1 )); _claviger`;
  return run('zsh', ['-f', '-c', code, 'zsh', script, ...words]).split('\n').filter((word) => word.startsWith(words.at(-1)) && word);
}

const offers = { bash: bashOffers, fish: fishOffers, zsh: zshOffers };

test('the help shows verbs and options to look for', () => {
  assert.ok(shown.length >= 25, `${shown.length} verbs`);
  assert.deepEqual(shown[0].verbs.slice(0, 3), ['tenant', 'user', 'key']);
  assert.deepEqual(shown.find(({ verb }) => verb.join(' ') === 'tenant create').options, ['-h', '--help', '--host', '--name', '--dry-run']);
});

for (const shell of shells) {
  test(`${shell} completes every verb and every option that --help shows`, () => {
    for (const { verb, verbs, options } of shown) {
      if (verbs.length > 0) for (const inner of verbs) assert.ok(offers[shell](...verb, '').includes(inner), `${[...verb, inner].join(' ')}`);
      const offered = offers[shell](...verb, shell === 'fish' ? '--' : '-');
      for (const option of options.filter((name) => shell !== 'fish' || name.startsWith('--')))
        assert.ok(offered.includes(option), `${[...verb, option].join(' ')} is not among ${offered.join(' ')}`);
    }
  });

  test(`${shell} completes what was begun`, () => {
    const offered = offers[shell];
    writeFileSync(join(folder, 'claviger.conf'), '');
    assert.deepEqual(offered('te'), ['tenant']);
    assert.deepEqual(offered('tenant', 'su'), ['suspend']);
    assert.deepEqual(offered('tenant', 'create', 'acme', '--ho'), ['--host']);
    assert.deepEqual(offered('--json', 'user', 'app'), ['approve']);
    assert.deepEqual(offered('tenant', 'list', '--js'), ['--json']);
    assert.deepEqual(offered('completion', 'ba'), ['bash']);
    assert.deepEqual(offered('--config', 'claviger.c'), ['claviger.conf']);
    for (const verb of [['tenant', 'import'], ['apply'], ['backup']]) assert.deepEqual(offered(...verb, 'claviger.c'), ['claviger.conf'], verb.join(' '));
    assert.deepEqual(offered('--config', 'tenant', 'us'), ['user'], 'the value of an option is no verb');
    assert.deepEqual(offered('tenant', 'create', '--name', 'l'), [], 'nobody knows the name');
    assert.deepEqual(offered('migrate', 'st'), ['status']);
    assert.deepEqual(offered('nothing', 'su'), []);
  });
}

test('bash completes the file behind an equals sign, which it takes for a word', () => {
  writeFileSync(join(folder, 'claviger.conf'), '');
  assert.deepEqual(bashOffers('--config', '=', 'claviger.c'), ['claviger.conf']);
  assert.ok(bashOffers('--config', '=').includes('claviger.conf'));
  assert.deepEqual(bashOffers('--config', '=', 'claviger.conf', 'te'), ['tenant']);
});

test('the manual page has every verb with its options, and the formatter reads it without a warning', () => {
  const file = join(folder, 'claviger.1');
  writeFileSync(file, printed('man'));
  const page = run('groff', ['-man', '-ww', '-Kutf8', '-Tutf8', '-P-cbou', '-rLL=200n', file]);
  assert.match(page, /^CLAVIGER\(1\)/);
  for (const { verb, verbs, options } of shown) {
    const group = verbs.length > 0 && options.length <= 2;
    if (group) continue;
    const title = `   ${['claviger', ...verb].join(' ')}`;
    const section = verb.length === 0 ? page : page.split('\n').slice(page.split('\n').findIndex((line) => line === title || line.startsWith(`${title} `)) + 1).join('\n').split(/\n {3}\S/)[0];
    for (const option of options.filter((name) => !['-h', '--help'].includes(name) || verb.length === 0))
      assert.match(section, new RegExp(`^ +(.*, )?${option}\\b`, 'm'), `${verb.join(' ')} ${option}`);
    if (verb.length > 0) assert.ok(section.includes(`claviger ${verb.join(' ')}`), `no example of ${verb.join(' ')}`);
  }
  assert.match(page, /0 done or already so, 1 failed, 2 usage/);
});

test('with --json they are documents', () => {
  assert.equal(JSON.parse(printed('completion', 'bash', '--json')).script, printed('completion', 'bash'));
  assert.equal(JSON.parse(printed('man', '--json')).page, printed('man'));
});

test('a shell that is not known is misuse that names those that are', () => {
  for (const args of [['completion'], ['completion', 'csh']]) {
    const { status, stdout, stderr } = runTool(args);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, args.length > 1 ? /bash.*fish.*zsh/ : /SHELL/);
  }
});

test('the launcher asks for no configuration first', () => {
  for (const args of [['completion', 'bash'], ['man']]) {
    const { status, stdout, stderr } = spawnSync(join(root, 'claviger'), args, { encoding: 'utf8', env: { ...process.env, CLAVIGER_VAR: folder } });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, printed(...args));
    assert.equal(stderr, '');
  }
});
