// The shipped example of a configuration names exactly the settings that the service reads, each with its default.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { read, root } from './source.mjs';

const example = 'nginx/systemd/claviger.conf.example';
const table = read(root, 'domain/configuration/settings.cpp');
const members = read(root, 'domain/configuration/settings.h');

const settingsOf = (source) => [...source.matchAll(/^ *\{"([a-z]+\.[a-z_]+)",/gm)].map(([, name]) => name);

// Gives the lines of settings: [{ name, value, isDefault }]. "#name = value" shows a default, "# text" is a comment.
const linesOf = (text) =>
  [...text.matchAll(/^(#?)([a-z]+\.[a-z_]+) =(.*)$/gm)].map(([, mark, name, value]) => ({ name, value: value.trim(), isDefault: mark === '#' }));

// Gives the default of a setting as the header has it; '' where it has none.
function defaultOf(name) {
  const member = name.split('.')[1].replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const [, value = ''] = new RegExp(`\\b${member} = ([^;]+);`).exec(members) ?? [];
  return value.replace(/["']/g, '').replace('Tls::kRequired', 'required');
}

function differences(lines, settings) {
  const names = lines.map(({ name }) => name);
  return [
    ...settings.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...names.filter((name, i) => !settings.includes(name) || names.indexOf(name) !== i).map((name) => `${name} is no setting, or is there twice`),
    ...lines.filter(({ name, value, isDefault }) => isDefault && value !== defaultOf(name)).map(({ name }) => `${name} shows another default`),
  ];
}

test('the example of a configuration has each setting once, with its default', () => {
  const settings = settingsOf(table);
  assert.ok(settings.length > 25, `${settings.length} settings`);
  assert.deepEqual(differences(linesOf(read(root, example)), settings), []);
});

test('each setting of the example has its meaning above it', () => {
  const bare = [...read(root, example).matchAll(/^(.*)\n#?([a-z]+\.[a-z_]+) =/gm)].filter(([, above]) => !above.startsWith('# ')).map(([, , name]) => name);
  assert.deepEqual(bare, []);
});

test('catches a setting that is missing, unknown, there twice or shows another default', () => {
  const text = 'a.file = x\n#a.file =\n#fcgi.threads = 9\n#b.unknown =\n';
  assert.deepEqual(differences(linesOf(text), ['a.file', 'fcgi.threads', 'run.folder']), [
    'run.folder is missing',
    'a.file is no setting, or is there twice',
    'b.unknown is no setting, or is there twice',
    'fcgi.threads shows another default',
  ]);
});

test('the tool reads the example, and also with each default written out', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-example-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const text = read(root, example);
  for (const content of [text, text.replace(/^#(?=[a-z]+\.[a-z_]+ =)/gm, '')]) {
    const file = join(folder, 'claviger.conf');
    writeFileSync(file, content.replaceAll('/etc/claviger/', `${folder}/none/`).replaceAll('/run/mysqld/', `${folder}/none/`));
    const { stdout } = spawnSync(join(root, 'build/cli/claviger'), ['--config', file, '--json', 'tenant', 'list'], { encoding: 'utf8' });
    assert.equal(JSON.parse(stdout).error.code, 'bad_secret', stdout);
  }
});
