// The tool at a real terminal (script(1) makes one). It shows colours and a progress bar at a terminal and in no other
// place. `tenant drop` waits for a confirmation there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { program, startTool } from '../support/tool.mjs';

const red = '\u001b[1;31mclaviger:\u001b[0m ';
const escape = '\u001b';

let tool, log;
let count = 0;

before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0');
  log = join(tool.database.folder, 'redirected');
  assert.equal(tool.run('migrate').status, 0);
});
after(() => tool?.stop());

// Runs a shell line at a terminal. Returns the text that is shown there and the exit status. `input` is typed, and then
// Ctrl-D.
function atTerminal(line, { input = '', env = {} } = {}) {
  const { NO_COLOR, ...others } = process.env;
  const options = { input, encoding: 'utf8', env: { ...others, TERM: 'xterm', TOOL: `${program} --config ${tool.config}`, ...env } };
  const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], options);
  return { status, shown: stdout };
}

function freshTenant() {
  const slug = `d${++count}-x`;
  assert.equal(tool.run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', 'Ácme Inc').status, 0);
  return { slug, file: join(tool.database.folder, `${slug}.json`) };
}

const isThere = ({ slug }) => tool.run('tenant', 'show', slug).status === 0;
const statusOf = ({ slug }) => tool.json('tenant', 'show', slug).document.tenant.status;

// --- colours ---

test('the word before an error is red at a terminal', () => {
  const { status, shown } = atTerminal('$TOOL tenant show nobody');
  assert.equal(status, 3);
  assert.ok(shown.startsWith(`${red}there is no tenant nobody`), JSON.stringify(shown));
});

for (const [what, env] of [
  ['NO_COLOR', { NO_COLOR: '1' }], ['NO_COLOR of any value', { NO_COLOR: 'false' }],
  ['a terminal that knows no colours', { TERM: 'dumb' }], ['a terminal of no name', { TERM: undefined }],
]) {
  test(`${what} leaves colours out`, () => {
    const { status, shown } = atTerminal('$TOOL tenant show nobody', { env });
    assert.equal(status, 3);
    assert.ok(shown.startsWith('claviger: there is no tenant nobody'), JSON.stringify(shown));
    assert.ok(!shown.includes(escape), JSON.stringify(shown));
  });
}

test('a NO_COLOR that is empty says nothing', () => {
  assert.ok(atTerminal('$TOOL tenant show nobody', { env: { NO_COLOR: '' } }).shown.startsWith(red));
});

test('a log of the errors has no colours, whatever else is a terminal', () => {
  assert.equal(atTerminal(`$TOOL tenant show nobody 2>${log}`).status, 3);
  assert.match(readFileSync(log, 'utf8'), /^claviger: there is no tenant nobody\n/);
});

test('data has no colours, nor has what is piped on', () => {
  freshTenant();
  for (const line of ['$TOOL tenant list', '$TOOL doctor', '$TOOL --help', '$TOOL tenant show nobody --json 2>/dev/null', '$TOOL tenant show nobody 2>&1 | cat']) {
    const { shown } = atTerminal(line);
    assert.ok(shown.length > 0 && !shown.includes(escape), `${line}: ${JSON.stringify(shown)}`);
  }
});

// --- progress ---

// Adds one more migration each time, so that there is something to do.
let release = 0;
function addRelease() {
  const next = tool.json('migrate', 'status').document.tenants[0].newest + 1;
  release += 1;
  tool.addMigrations({ [`tenant/${String(next).padStart(4, '0')}_terminal.sql`]: `ALTER TABLE {schema}.users ADD COLUMN terminal${release} INT NULL\n` });
}

test('a bar grows at a terminal and is wiped away before the answer; a log, a dumb terminal and --json have none', () => {
  for (let i = 0; i < 3; ++i) freshTenant();
  addRelease();
  const bar = atTerminal('$TOOL migrate');
  assert.equal(bar.status, 0);
  assert.match(bar.shown, /\r\u001b\[K\[#+\.*\] \d+\/\d+ /);
  assert.match(bar.shown, /\r\u001b\[K[^\u001b[]*\d+ tenants: \d+ current\r\n$/);

  addRelease();
  assert.ok(!atTerminal(`$TOOL migrate 2>${log}`).shown.includes(escape));
  assert.match(readFileSync(log, 'utf8'), /^(\[\d+\/\d+\] d\d+-x: version \d+\n)+$/);

  addRelease();
  const dumb = atTerminal('$TOOL migrate', { env: { TERM: 'dumb' } });
  assert.ok(!dumb.shown.includes(escape), JSON.stringify(dumb.shown));
  assert.match(dumb.shown, /^\[1\/\d+\] d\d+-x: version \d+\r\n/);

  addRelease();
  const json = atTerminal('$TOOL migrate --json');
  assert.equal(JSON.parse(json.shown).control.state, 'current');
});

// --- the confirmation of a drop ---

test('a drop shows what it will remove and goes on when the slug is typed', () => {
  const one = freshTenant();
  const { status, shown } = atTerminal(`$TOOL tenant drop ${one.slug} --export ${one.file}`, { input: `${one.slug}\n` });
  assert.equal(status, 0, shown);
  assert.ok(shown.includes(`This removes tenant ${one.slug} (Ácme Inc, ${one.slug}.example) with all its users and keys.`), shown);
  assert.ok(shown.includes(one.file), shown);
  assert.match(shown, /Type its slug to go on: /);
  assert.match(shown, new RegExp(`Dropped tenant ${one.slug}`));
  assert.ok(!isThere(one) && existsSync(one.file));
});

for (const [what, input, told] of [
  ['another slug', 'd0-x\n', 'that is not the tenant'], ['"yes"', 'yes\n', 'that is not the tenant'],
  ['nothing but Enter', '\n', 'that is not the tenant'], ['the end of input', '', 'no slug was typed'],
]) {
  test(`a drop that is answered with ${what} changes nothing`, () => {
    const one = freshTenant();
    const { status, shown } = atTerminal(`$TOOL tenant drop ${one.slug} --export ${one.file}`, { input });
    assert.equal(status, 2, shown);
    assert.match(shown, /Type its slug to go on: /);
    assert.ok(shown.includes(told) && shown.includes('nothing was changed'), shown);
    assert.equal(statusOf(one), 'active');
    assert.ok(!existsSync(one.file));
  });
}

test('nobody is asked about a tenant that is not there, where --confirm is given, or where the question cannot be seen', () => {
  const asked = /Type its slug/;
  const nobody = atTerminal('$TOOL tenant drop nobody', { input: 'nobody\n' });
  assert.equal(nobody.status, 3);
  assert.doesNotMatch(nobody.shown, asked);

  const one = freshTenant();
  const unseen = atTerminal(`$TOOL tenant drop ${one.slug} 2>${log}`, { input: `${one.slug}\n` });
  assert.equal(unseen.status, 2);
  assert.match(readFileSync(log, 'utf8'), /Add --confirm/);
  assert.equal(statusOf(one), 'active');

  const confirmed = atTerminal(`$TOOL tenant drop ${one.slug} --confirm ${one.slug} --export ${one.file}`);
  assert.equal(confirmed.status, 0, confirmed.shown);
  assert.doesNotMatch(confirmed.shown, asked);
});
