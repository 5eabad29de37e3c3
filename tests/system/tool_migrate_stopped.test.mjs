// `claviger migrate` of many tenants: killed on its way, again and again, and two runs at once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startProxy } from '../support/cutting_proxy.mjs';
import { program, startTool } from '../support/tool.mjs';

const slugs = Array.from({ length: 12 }, (_, i) => `tenant-${i}`);

let tool;
let head;

before(async () => {
  tool = await startTool('--innodb-flush-log-at-trx-commit=2', '--innodb-doublewrite=0'); // the server crashes, the machine does not
  assert.equal(tool.run('migrate').status, 0);
  await Promise.all(slugs.map((slug) => run('tenant', 'create', slug, '--host', `${slug}.example`, '--name', slug)));
  head = tool.json('migrate', 'status').document.tenants[0].newest;
});
after(() => tool?.stop());

// Runs the tool beside others that run at the same time.
function run(...args) {
  const child = spawn(program, ['--config', tool.config, ...args], { stdio: 'ignore' });
  return new Promise((resolve) => child.on('exit', resolve));
}

// Adds a release with three more migrations. The second cannot be repeated as it stands. The third must lead to the
// same result when it is repeated.
function addRelease(release) {
  head += 3;
  const file = (back, what) => `tenant/${String(head - back).padStart(4, '0')}_${what}.sql`;
  tool.addMigrations({
    [file(2, 'table')]: `CREATE TABLE IF NOT EXISTS {schema}.extra_${release} (id BIGINT NOT NULL PRIMARY KEY)\n`,
    [file(1, 'column')]: `ALTER TABLE {schema}.extra_${release} ADD COLUMN note VARCHAR(20) NULL\n`,
    [file(0, 'index')]: `CREATE INDEX extra_note ON {schema}.extra_${release} (note)\n`,
  });
}

function assertWhole(release, tenants = slugs, how = '') {
  const { status, document } = tool.json('migrate', 'status', '--check');
  assert.equal(status, 0);
  assert.equal(document.tenants.length, slugs.length);
  for (const { tenant, version, state } of document.tenants.filter(({ tenant }) => tenants.includes(tenant))) {
    assert.deepEqual([version, state], [head, 'current'], `${tenant} ${how}`);
    const schema = `claviger_t_${tenant.replaceAll('-', '_')}`;
    assert.equal(tool.database.sql(`SELECT COUNT(*) FROM ${schema}.schema_migrations`), String(head), tenant);
    assert.match(tool.database.sql(`SHOW CREATE TABLE ${schema}.extra_${release}`), /KEY `extra_note` \(`note`\)/, tenant);
  }
}

test('killed at any moment, the next run goes on and reaches the head', async () => {
  addRelease('killed');
  let stopped = 0;
  for (const milliseconds of [5, 10, 20, 40, 80, 160]) {
    await tool.kill(milliseconds, 'migrate', '--jobs', '3');
    const behind = tool.json('migrate', 'status').document.tenants.filter(({ state }) => state === 'behind').length;
    if (behind > 0) ++stopped;
  }
  assert.ok(stopped > 0, 'no run was killed on its way');
  assert.equal(tool.run('migrate', '--jobs', '3').status, 0);
  assertWhole('killed');
});

test('two runs at once share the work and end well', async () => {
  addRelease('twice');
  const statuses = await Promise.all([run('migrate', '--jobs', '4'), run('migrate', '--jobs', '4')]);
  assert.deepEqual(statuses, [0, 0]);
  assertWhole('twice');
});

test('the tool lost its database on the way: it says so, and the next run goes on', async () => {
  addRelease('lost');
  const running = run('migrate', '--jobs', '3');
  await tool.database.kill();
  assert.equal(await running, 1);
  await tool.database.start();
  assert.equal(tool.run('migrate').status, 0);
  assertWhole('lost');
});

// This test comes last: it leaves the other tenants far behind.
test('killed after each of its statements, the next run reaches the head', async (context) => {
  const proxy = await startProxy(tool.database.socket, join(tool.database.folder, 'cut.sock'));
  const [slug] = slugs;
  const run = (n) => {
    const config = `${tool.config}.cut`;
    writeFileSync(config, readFileSync(tool.config, 'utf8').replace(/^database\.socket.*$/m, `database.socket = ${proxy.path}`));
    return proxy.run(n, program, ['--config', config, 'migrate', '--tenant', slug]);
  };
  addRelease('whole');
  const unhurt = await run();
  assert.equal(unhurt.status, 0, unhurt.stderr);
  for (let n = 1; n <= unhurt.steps; ++n) {
    addRelease(`cut_${n}`);
    const how = `killed after ${n} of ${unhurt.steps} statements`;
    assert.ok((await run(n)).killed, how);
    const second = await run();
    assert.equal(second.status, 0, `${how}: ${second.stderr}`);
    assertWhole(`cut_${n}`, [slug], how);
  }
  await proxy.stop();
  context.diagnostic(`${unhurt.steps} statements`);
});
