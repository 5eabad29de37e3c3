// Steps 3 to 6 of the installation in nginx/systemd/README.md, run as they are written on a server without accounts.
// Only places differ: /etc/claviger, the database's socket, the folders of the example. Accounts of the system are left
// out, since making one needs root.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startDatabase } from '../support/database.mjs';
import { root } from '../support/launcher.mjs';

const secrets = ['pepper', 'tool_password', 'worker_password', 'prune_password'];

let database;
let etc;
let folder;

before(async () => {
  database = await startDatabase();
  database.sql('DROP USER claviger_tool@localhost, claviger_worker@localhost, claviger_prune@localhost');
  folder = join(database.folder, 'installation');
  etc = join(folder, 'etc');
  for (const name of ['', 'bin', 'run']) mkdirSync(join(folder, name));
  program('mariadb', `exec /usr/bin/mariadb --no-defaults --socket='${database.socket}' "$@"`);
  program('claviger', `exec '${root}/build/cli/claviger' --config '${etc}/claviger.conf' "$@"`);
});
after(() => database?.stop());

function program(name, line) {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

// The commands of one step, with the places of this test.
function stepOf(number) {
  const readme = readFileSync(join(root, 'nginx/systemd/README.md'), 'utf8');
  const [, step] = new RegExp(`^\\*\\*${number}\\. ([^]*?)^(?:\\*\\*\\d|## )`, 'm').exec(readme);
  const commands = step.match(/^    .*$/gm).join('\n');
  assert.match(commands, /\S/);
  return commands.replace(/^ *chown .*$/m, '').replaceAll(' -g claviger ', ' ').replaceAll('/etc/claviger', etc);
}

function run(number, input = '') {
  const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
  return spawnSync('bash', ['-ec', `umask 022\n${stepOf(number)}`], { cwd: root, input, encoding: 'utf8', env: { ...process.env, PATH } });
}

const contents = () => secrets.map((name) => readFileSync(join(etc, name), 'utf8'));
const claviger = (...args) => spawnSync(join(folder, 'bin/claviger'), args, { encoding: 'utf8' });

test('the secrets are made once, closed to others, in the form that the service reads', () => {
  const made = run(3);
  assert.deepEqual([made.status, made.stderr], [0, '']);
  const [pepper, ...passwords] = contents();
  assert.match(pepper, /^1:[0-9a-f]{64}\n$/);
  for (const password of passwords) assert.match(password, /^[0-9a-f]{48}\n$/);
  assert.equal(new Set(passwords).size, 3);
  for (const name of secrets) assert.equal(statSync(join(etc, name)).mode & 0o777, 0o600, name);
  run(3);
  assert.deepEqual(contents(), [pepper, ...passwords], 'a second run replaces none');
});

test('the accounts of the database get these passwords, and a second run changes nothing', () => {
  for (const _ of [1, 2]) {
    const made = run(4);
    assert.deepEqual([made.status, made.stderr], [0, '']);
  }
  assert.equal(database.sql("SELECT COUNT(*) FROM mysql.user WHERE User IN ('claviger_tool', 'claviger_worker', 'claviger_prune')"), '3');
});

test('the configuration, the schema, a tenant and a user follow, and doctor finds nothing serious', () => {
  assert.equal(run(5).status, 0);
  const file = join(etc, 'claviger.conf');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  const places = [['/etc/claviger', etc], ['/run/mysqld/mysqld.sock', database.socket], ['/run/claviger', join(folder, 'run')], ['/usr/local/share/claviger', root]];
  writeFileSync(file, places.reduce((text, [place, ours]) => text.replaceAll(place, ours), readFileSync(file, 'utf8')));
  const provisioned = run(6, 'correct horse battery staple\n');
  assert.deepEqual([provisioned.status, provisioned.stderr], [0, ''], provisioned.stdout);
  assert.match(claviger('user', 'list', '--tenant', 'acme').stdout, /^owner@acme\.example .*approved/m);
  const findings = JSON.parse(claviger('doctor', '--json').stdout).findings;
  assert.deepEqual(findings.filter(({ severity }) => severity === 'serious'), []);
  assert.ok(findings.some(({ check }) => check === 'prune_rights'));
});
