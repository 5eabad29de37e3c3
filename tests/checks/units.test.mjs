// The shipped units of systemd are valid, and their sandbox is as tight as documented.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';

const names = ['claviger.service', 'claviger.socket', 'claviger-prune.service', 'claviger-prune.timer'];
const services = names.filter((name) => name.endsWith('.service'));
const shipped = Object.fromEntries(names.map((name) => [name, readFileSync(join(root, 'nginx/systemd', name), 'utf8')]));

const built = (unit) => unit.replace('/usr/local/bin/claviger-fcgi', join(root, 'build/fcgi/claviger-fcgi')).replace('/usr/local/bin/claviger ', `${join(root, 'build/cli/claviger')} `);

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'claviger-units-'));
  // Here the programs are those of the build.
  for (const name of names) writeFileSync(join(folder, name), built(shipped[name]));
});
after(() => rmSync(folder, { recursive: true }));

const analyze = (...words) => spawnSync('systemd-analyze', words, { encoding: 'utf8', cwd: folder });

test('systemd finds nothing to complain of', () => {
  const { status, stdout, stderr } = analyze('verify', ...names.map((name) => join(folder, name)));
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => /claviger/.test(line));
  assert.deepEqual([status, complaints], [0, []]);
});

for (const service of services) {
  test(`the exposure of ${service} is under 2.0`, () => {
    const { status, stdout, stderr } = analyze('security', '--offline=true', '--threshold=20', join(folder, service));
    assert.equal(status, 0, `${stdout.split('\n').filter((line) => /^✗|Overall/.test(line)).join('\n')}${stderr}`);
    assert.ok(Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(stdout)[1]) < 2);
  });
}

test('pruning holds no password but its own account has', () => {
  const service = shipped['claviger-prune.service'];
  assert.match(service, /^TemporaryFileSystem=\/etc\/claviger:ro$/m);
  assert.deepEqual(service.match(/^BindReadOnlyPaths=.*$/gm), ['BindReadOnlyPaths=-/etc/claviger/claviger.conf -/etc/claviger/prune_password']);
  assert.doesNotMatch(service, /^(?:ReadWritePaths|RuntimeDirectory|StateDirectory|CacheDirectory|LogsDirectory|BindPaths)=/m);
  assert.match(service, /^User=claviger$/m);
});

// systemd gives RuntimeDirectory= and all in it to the service's account, unless that account owns the folder already.
test('the service does not take the socket away from the group of nginx', () => {
  const [socket, service] = [shipped['claviger.socket'], shipped['claviger.service']];
  assert.match(service, /^RuntimeDirectory=claviger$/m);
  assert.match(socket, /^ListenStream=\/run\/claviger\//m);
  assert.match(socket, /^SocketGroup=claviger-nginx$/m);
  const [, owner, group] = /^ExecStartPre=\/usr\/bin\/install -d -m 755 -o (\S+) -g (\S+) \/run\/claviger$/m.exec(socket) ?? [];
  assert.deepEqual([owner, group], [/^User=(.*)$/m.exec(service)[1], /^Group=(.*)$/m.exec(service)[1]]);
});

test('the service may write to its run folder alone', () => {
  const service = shipped['claviger.service'];
  assert.match(service, /^ProtectSystem=strict$/m);
  assert.match(service, /^RuntimeDirectory=claviger$/m);
  assert.doesNotMatch(service, /^(?:ReadWritePaths|StateDirectory|CacheDirectory|LogsDirectory|BindPaths)=/m);
  assert.match(service, /^User=claviger$/m);
});
