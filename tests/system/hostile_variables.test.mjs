// A database server whose own settings are all hostile to the service. Each connection sets what it needs, so nothing
// changes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../support/launcher.mjs';
import { startService } from '../support/service.mjs';
import { startTool } from '../support/tool.mjs';

// The most harmful value of each variable. Those of the second list are options of the server: a client cannot set them
// for all.
const variables = {
  sql_safe_updates: 1, sql_select_limit: 1, max_join_size: 1, sql_big_selects: 0, sql_auto_is_null: 1,
  sql_mode: "'ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'", autocommit: 0, completion_type: "'CHAIN'",
  tx_isolation: "'SERIALIZABLE'", tx_read_only: 1, time_zone: "'+13:00'", unique_checks: 0, foreign_key_checks: 0,
  innodb_lock_wait_timeout: 1, lock_wait_timeout: 1, max_statement_time: 0.002, idle_transaction_timeout: 1, idle_write_transaction_timeout: 1,
  idle_readonly_transaction_timeout: 1, max_session_mem_used: 1 << 19, max_sort_length: 64, group_concat_max_len: 4,
  default_storage_engine: "'MyISAM'", wait_timeout: 1, net_read_timeout: 1, net_write_timeout: 1, lc_messages: "'de_DE'",
  character_set_client: 'latin1', character_set_connection: 'latin1', character_set_results: 'latin1', collation_connection: "'latin1_german2_ci'",
  alter_algorithm: "'INSTANT'",
};
const options = ['--skip-character-set-client-handshake'];

let tool;
before(async () => {
  tool = await startTool(...options);
  const set = Object.entries(variables).map(([name, value]) => `SET GLOBAL ${name} = ${value}`);
  assert.notEqual(tool.database.sql(set.join('; ')), undefined);
});
after(() => tool?.stop());

test('a schema is made, and a person signs in and uses a key', async () => {
  const service = await startService(tool.database.settings);
  try {
    const tenant = service.tenant('Jürgen & Söhne 🔑');
    const visitor = await service.signedIn(tenant, service.user(tenant));
    const key = await visitor.createKey('schlüssel 🔑');
    const again = await visitor.createKey('schlüssel 🔑').catch((error) => error);
    assert.match(String(again), /400/, 'the name was given twice, or the refusal was not understood');
    assert.equal((await service.verify(tenant, key.fullKey)).status, 204);
    const { keys } = (await visitor.get('/api/api-keys')).json();
    assert.deepEqual(keys.map(({ name }) => name), ['schlüssel 🔑']);
    for (const args of [['user', 'suspend', '--tenant', tenant.slug, '--email', 'u@example.org'], ['tenant', 'suspend', tenant.slug]]) {
      if (args[0] === 'user') service.user(tenant, { email: 'u@example.org' });
      service.mustTool(args);
    }
    assert.equal((await service.verify(tenant, key.fullKey)).status, 403);
  } finally {
    await service.stop();
  }
});

test("each statement of the stores' contracts works as ever", () => {
  const { status, stdout } = spawnSync(join(root, 'build/tests/contract_tests'), ['MySqlBackend', 'RegistryTest'], {
    encoding: 'utf8',
    env: { ...process.env, TEST_CONFIG: tool.config },
  });
  assert.equal(status, 0, stdout.slice(-3000));
});
