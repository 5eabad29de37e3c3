// `claviger pepper seal`: a backup without the pepper allows no guessing of passwords, and people sign in as before.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

const password = 'correct horse battery staple';
const email = 'ann@acme.example';

let tool;
let service;
let peppers;

before(async () => {
  tool = await startTool();
  peppers = [join(tool.database.folder, 'secrets/pepper'), join(tool.database.folder, 'secrets/pepper.2')];
  tool.configure({ 'pepper.file': peppers[0] });
  assert.equal(tool.run('migrate').status, 0);
  for (const slug of ['acme', 'globex']) {
    assert.equal(tool.run('tenant', 'create', slug, '--host', `${slug}.localhost`, '--name', slug).status, 0);
    assert.equal(addUser(slug, email).status, 0);
  }
  service = await startService({ ...tool.database.settings, 'pepper.file': peppers[0] });
});

after(async () => {
  await service?.stop();
  await tool?.stop();
});

const sql = (statement) => tool.database.sql(statement);
const addUser = (slug, address) => tool.run({ input: `${password}\n` }, 'user', 'create', '--tenant', slug, '--email', address, '--password-stdin');
const forms = (slug) => String(sql(`SELECT GROUP_CONCAT(SUBSTRING_INDEX(password_hash, '$', 5) ORDER BY email SEPARATOR ' ') FROM claviger_t_${slug}.users`));
const unsealed = (slug) => Number(sql(`SELECT COUNT(*) FROM claviger_t_${slug}.users WHERE password_hash LIKE '%$argon2id$%'`));
const seal = () => tool.json('pepper', 'seal');
const finding = (check) => tool.json('doctor').document.findings.find((one) => one.check === check);
const status = () => tool.json('pepper', 'status').document;
const attempt = (slug, address = email, secret = password) => service.visitor({ host: `${slug}.localhost` }).signIn({ email: address, password: secret });
const signIn = async (...args) => (await attempt(...args)).status;
const rowsOf = (table) => Number(sql(`SELECT COUNT(*) FROM claviger.${table}`));
const dropGlobex = (name) => assert.equal(tool.run('tenant', 'drop', 'globex', '--confirm', 'globex', '--export', join(tool.database.folder, name)).status, 0);

// Gives these peppers to the tool and to new workers.
async function use(file, other) {
  const settings = { 'pepper.file': file, ...(other && { 'pepper.other_file': other }) };
  tool.configure(settings);
  const kept = readFileSync(service.config, 'utf8').split('\n').filter((line) => !line.startsWith('pepper.'));
  writeFileSync(service.config, [...kept, ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`), ''].join('\n'));
  await service.stopWorkers();
  await service.startWorkers();
}

// The order matters: each test goes on where the one before ended.

test('is off until it is turned on', async () => {
  assert.match(forms('acme'), /^\$argon2id\$v=19\$m=\d+,t=\d+,p=1\$/);
  assert.equal(await signIn('acme'), 303);
  assert.match(forms('acme'), /^\$argon2id/);
  assert.doesNotMatch(tool.run('pepper', 'status').stdout, /sealed/);
  assert.equal(finding('sealed_passwords'), undefined);
});

test('a dry run counts what would be sealed, and seals and turns on nothing', () => {
  const { status: ended, document } = tool.json('pepper', 'seal', '--dry-run');
  assert.deepEqual([ended, document], [0, { sealed: 2, tenants: [{ tenant: 'acme', sealed: 1 }, { tenant: 'globex', sealed: 1 }], failed: [], dryRun: true }]);
  assert.match(tool.run('pepper', 'seal', '--dry-run').stdout, /^Dry run: nothing was changed\./);
  assert.equal(unsealed('acme') + unsealed('globex'), 2);
  assert.equal(sql('SELECT COUNT(*) FROM claviger.password_sealing'), '0');
});

test('is refused while workers run that cannot open a sealed password, and nothing changes', () => {
  sql("INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES (REPEAT('x', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)");
  for (const more of [[], ['--dry-run']]) {
    const { status, document } = tool.json('pepper', 'seal', ...more);
    assert.deepEqual([status, document.error.code], [1, 'sealing_too_early']);
  }
  assert.equal(unsealed('acme') + unsealed('globex'), 2);
  sql("DELETE FROM claviger.nodes WHERE board_id = REPEAT('x', 16)");
  assert.equal(addUser('acme', 'before@acme.example').status, 0);
  assert.equal(unsealed('acme'), 2, 'nothing was turned on');
});

test('seals every password, names each tenant, and says so', async () => {
  const { status: ended, document } = seal();
  assert.equal(ended, 0);
  assert.deepEqual(document, { sealed: 3, tenants: [{ tenant: 'acme', sealed: 2 }, { tenant: 'globex', sealed: 1 }], failed: [] });
  assert.equal(unsealed('acme') + unsealed('globex'), 0);
  assert.deepEqual(status().passwords, { 1: 3 });
  assert.match(tool.run('pepper', 'status').stdout, /Stored passwords: 3 sealed with pepper 1\.$/m);
  assert.deepEqual([await signIn('acme'), await signIn('globex')], [303, 303]);
  assert.equal(await signIn('acme', email, 'wrong password'), 401);
  assert.equal(unsealed('acme'), 0, 'a sign-in keeps it sealed');
  assert.equal(seal().document.sealed, 0, 'again there is nothing to do');
  assert.equal(finding('sealed_passwords').severity, 'ok');
  sql("INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES (REPEAT('x', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
  assert.equal(finding('sealed_passwords').severity, 'serious', 'a host of an earlier release came back');
  sql("DELETE FROM claviger.nodes WHERE board_id = REPEAT('x', 16)");
});

test('new and changed passwords are sealed', async () => {
  assert.equal(addUser('acme', 'new@acme.example').status, 0);
  assert.equal(tool.run({ input: 'another horse battery staple\n' }, 'user', 'set-password', '--tenant', 'acme', '--email', 'before@acme.example', '--password-stdin').status, 0);
  assert.equal(unsealed('acme'), 0);
  assert.equal(await signIn('acme', 'new@acme.example'), 303);
  assert.equal(await signIn('acme', 'before@acme.example', 'another horse battery staple'), 303);
});

test('a backup holds no open hash, and people sign in after it was restored', async () => {
  const folder = join(tool.database.folder, 'backup');
  assert.equal(tool.run('backup', folder).status, 0);
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')).peppers), ['1'], 'no key needs it, but passwords do');
  for (const name of readdirSync(folder)) assert.ok(!readFileSync(join(folder, name), 'latin1').includes('$argon2id$'), name);
  assert.equal(tool.run('tenant', 'drop', 'globex', '--confirm', 'globex', '--export', join(tool.database.folder, 'globex.json')).status, 0);
  const restored = tool.run('tenant', 'import', join(folder, 'globex.claviger-export.json'));
  assert.equal(restored.status, 0, restored.stderr);
  assert.equal(await signIn('globex'), 303);
  assert.equal(unsealed('globex'), 0);
});

// Sealing is off, as on a server that was empty before.
test('an import or a restore of sealed passwords turns sealing on', () => {
  const earlierHost = "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES (REPEAT('x', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)";
  const file = join(tool.database.folder, 'backup/globex.claviger-export.json');
  dropGlobex('globex-2.json');
  sql('DELETE FROM claviger.password_sealing');
  assert.equal(addUser('acme', 'early@acme.example').status, 0);
  assert.equal(unsealed('acme'), 1);
  assert.equal(finding('sealed_passwords').severity, 'warning');
  assert.match(finding('sealed_passwords').message, /sealing is off/);

  const rehearsed = tool.json('tenant', 'import', file, '--dry-run');
  assert.deepEqual([rehearsed.status, rehearsed.document.sealing, rowsOf('password_sealing')], [0, 'turned_on', 0]);
  sql(earlierHost);
  const early = tool.run('tenant', 'import', file, '--dry-run');
  assert.equal(early.status, 5);
  assert.match(early.stderr, /sealing stays off: workers of an earlier release run.*claviger pepper seal/);
  sql("DELETE FROM claviger.nodes WHERE board_id = REPEAT('x', 16)");

  const imported = tool.run('tenant', 'import', file);
  assert.equal(imported.status, 0, imported.stderr);
  assert.match(imported.stdout, /sealing was off here, and is on from now on/);
  assert.equal(rowsOf('password_sealing'), 1);
  assert.equal(addUser('globex', 'later@globex.example').status, 0);
  assert.equal(unsealed('globex'), 0);

  dropGlobex('globex-3.json');
  sql('DELETE FROM claviger.password_sealing');
  assert.equal(tool.json('restore', join(tool.database.folder, 'backup')).document.sealing, 'turned_on');
  assert.equal(rowsOf('password_sealing'), 1);
  assert.equal(finding('sealed_passwords').message, '1 stored passwords are not sealed');
  sql("DELETE FROM claviger_t_acme.users WHERE email = 'early@acme.example'");
  assert.equal(finding('sealed_passwords').severity, 'ok');
});

test('an export whose passwords were exchanged is refused', () => {
  const file = join(tool.database.folder, 'exchanged.json');
  assert.equal(tool.run('tenant', 'export', 'acme', '--output', file).status, 0);
  const lines = readFileSync(file, 'utf8');
  const hashes = [...lines.matchAll(/\$sealed-argon2id[^"]*/g)].map(([hash]) => hash);
  assert.equal(hashes.length, 3);
  writeFileSync(file, lines.replace(hashes[0], 'X').replace(hashes[1], hashes[0]).replace('X', hashes[1]));
  assert.equal(tool.run('tenant', 'drop', 'acme', '--confirm', 'acme', '--export', join(tool.database.folder, 'acme.json')).status, 0);
  const refused = tool.run('tenant', 'import', file);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /column password_hash: it does not open/);
  const whole = tool.run('tenant', 'import', join(tool.database.folder, 'acme.json'));
  assert.equal(whole.status, 0, whole.stderr);
});

test('a run that is killed is finished by the next', async () => {
  sql(`UPDATE claviger_t_acme.users SET password_hash = CONCAT('$argon2id$v=19$m=8192,t=1,p=1$', REPEAT('A', 22), '$', REPEAT('A', 43)) WHERE email = 'new@acme.example'`);
  sql(`INSERT INTO claviger_t_acme.users (id, email, name, status, password_hash, created_at)
       SELECT UNHEX(CONCAT('0192', LPAD(HEX(seq), 12, '0'), '8000000000000000')), CONCAT('u', seq, '@acme.example'), 'Many', 'pending',
              CONCAT('$argon2id$v=19$m=8192,t=1,p=1$', REPEAT('A', 22), '$', REPEAT('A', 43)), UTC_TIMESTAMP(6) FROM claviger_t_acme.seq_1_to_6000`);
  assert.equal(unsealed('acme'), 6001);
  const child = spawn(join(root, 'build/cli/claviger'), ['--config', tool.config, 'pepper', 'seal']);
  await until('some to be sealed', () => unsealed('acme') < 6001);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  const left = unsealed('acme');
  assert.ok(left > 0, 'it was killed before the end');
  assert.deepEqual([finding('sealed_passwords').severity, finding('sealed_passwords').message], ['warning', `${left} stored passwords are not sealed`]);
  const { status: ended, document } = seal();
  assert.deepEqual([ended, document.tenants.find(({ tenant }) => tenant === 'acme').sealed, unsealed('acme')], [0, left, 0]);
  assert.equal(await signIn('acme'), 303);
  sql("DELETE FROM claviger_t_acme.users WHERE name = 'Many'");
});

test('a rotated pepper: sealed again, and the old one can go', async () => {
  assert.equal(tool.run('pepper', 'rotate', peppers[1]).status, 0);
  await use(peppers[1], peppers[0]);
  assert.equal(status().otherIsUnused, false);
  assert.equal(finding('pepper_of_keys').severity, 'ok', 'no word of taking the old pepper away');
  assert.equal(await signIn('globex'), 303);
  assert.match(forms('globex'), /\$2$/, 'a sign-in moves it to the current pepper');
  assert.equal(seal().status, 0);
  assert.deepEqual([status().passwords, status().otherIsUnused], [{ 2: 4 }, true]);
  assert.equal(finding('pepper_of_keys').severity, 'warning', 'now it can go');
  await use(peppers[1]);
  assert.deepEqual([await signIn('acme'), await signIn('globex')], [303, 303]);
});

// As a host to which the new pepper was not brought.
test('a host without the pepper: no verdict on any password, one line that names it, and the tool says what to do', async () => {
  await use(peppers[0]);
  const stored = () => ['login_attempts', 'audit_events', 'sessions'].map((table) => sql(`SELECT COUNT(*) FROM claviger_t_acme.${table}`));
  const before = stored();
  for (const address of [email, 'nobody@acme.example']) {
    for (const secret of [password, 'wrong password']) {
      for (let i = 0; i < 3; i += 1) {
        const answer = await attempt('acme', address, secret);
        assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1']);
        assert.match(answer.body, /The service is not available: try again in a moment/);
      }
    }
  }
  assert.deepEqual(stored(), before);
  const lines = service.logs().split('\n').filter((line) => line.includes('"pepper_missing"')).map((line) => JSON.parse(line));
  assert.ok(lines.length === 1 || lines.length === 2, `one line a worker, not ${lines.length}`);
  for (const line of lines) {
    assert.equal(line.level, 'error');
    assert.match(line.cause, /the pepper of version 2, which is not configured on this host: bring it back as pepper\.other_file/);
  }

  const told = tool.run('pepper', 'status').stdout;
  assert.match(told, /Of 4 the pepper is not configured \(version 2\).*bring it back as pepper\.other_file\. Only then `claviger pepper seal`/);
  assert.doesNotMatch(told, /^`claviger pepper seal` seals/m);
  const sealed = tool.run('pepper', 'seal');
  assert.equal(sealed.status, 5);
  assert.match(sealed.stderr, /acme is not sealed: 3 password\(s\) need the pepper of version 2, which is not configured: bring it back as pepper\.other_file, then run this again$/m);

  await use(peppers[0], peppers[1]);
  assert.deepEqual([await signIn('acme'), await signIn('acme', email, 'wrong password')], [303, 401]);
  await use(peppers[1]);
});

test('a tenant whose password does not open is named, and the others are done', async () => {
  sql("UPDATE claviger_t_acme.users SET password_hash = REPLACE(password_hash, 'p=1$2$', 'p=1$9$') WHERE email = 'new@acme.example'");
  sql(`UPDATE claviger_t_globex.users SET password_hash = CONCAT('$argon2id$v=19$m=8192,t=1,p=1$', REPEAT('A', 22), '$', REPEAT('A', 43))`);
  const { status: ended, document } = seal();
  assert.equal(ended, 5);
  assert.deepEqual(document.failed.map(({ tenant }) => tenant), ['acme']);
  assert.match(document.failed[0].message, /^1 password\(s\) need the pepper of version 9, which is not configured/);
  assert.equal(unsealed('globex'), 0);
  assert.equal(finding('pepper_of_keys').severity, 'serious');
  assert.match(finding('pepper_of_keys').message, /^1 sealed passwords are refused/);
  assert.deepEqual([status().lostPasswords, await signIn('acme', 'new@acme.example'), await signIn('acme')], [1, 503, 303]);
});
