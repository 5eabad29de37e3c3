// A second writer changes the same rows on another node. That happens for a moment when one writer takes over from the
// other. The loser gets error 1213 at its next statement or at COMMIT, and has stored nothing. The service repeats the
// change or answers 503.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';

import { startCluster } from '../support/cluster.mjs';
import { startDatabaseProxy } from '../support/database_proxy.mjs';
import { openOperationLog } from '../support/operation_log.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';

// Messages of a regenerate's transaction.
const endsKey = (message) => message.includes('SET deleted_at = ');
const commits = (message) => message.subarray(5).equals(Buffer.from('COMMIT'));
const deadlock = Buffer.from([0xff, 1213 & 0xff, 1213 >> 8]); // error 1213, behind the header of an answer

let cluster, proxy, service, tenant, visitor, schema;
let holds = () => false; // whether to hold back a message
let held; // sends the message that is held back
const messages = new Map(); // the last message of each connection; the key is the connection's cut()
const losses = []; // the messages that were answered with 1213

before(async () => {
  cluster = await startCluster({ suspect: 10 }); // longer than a node is frozen here
  proxy = await startDatabaseProxy(cluster.nodes[0].socket, join(cluster.folder, 'p.sock'), { toServer, toClient });
  service = await startService({ ...cluster.settings(), ...manyChanges, 'database.socket': cluster.nodes[0].socket }, { within: proxy.within });
  tenant = service.tenant();
  schema = `claviger_t_${tenant.slug}`;
  visitor = await service.signedIn(tenant, service.user(tenant));
});
after(async () => {
  await service?.stop();
  await proxy?.stop();
  await cluster?.stop();
});

function toServer(bytes, cut, late) {
  messages.set(cut, bytes);
  if (!holds(bytes)) return bytes;
  held = () => late(bytes);
  return undefined;
}

function toClient(bytes, cut) {
  if (bytes.subarray(4, 7).equals(deadlock)) losses.push(messages.get(cut));
  return bytes;
}

const rowOf = ({ id }) => `${schema}.api_keys SET use_count = use_count + 1 WHERE id = X'${id.replaceAll('-', '')}'`;
const usesOf = (node, { id }) => node.sql(`SELECT use_count FROM ${schema}.api_keys WHERE id = X'${id.replaceAll('-', '')}'`);
const stored = ({ name }) => cluster.nodes[0].sql(`SELECT generation, deleted_at IS NULL FROM ${schema}.api_keys WHERE name = '${name}' ORDER BY generation`);
const verified = async ({ fullKey }) => (await service.verify(tenant, fullKey)).status;

// Gives the answer of a regenerate. Each of its attempts is held back at its first such message, while `meddle` runs.
async function regenerate(key, attempts, message, meddle) {
  losses.length = 0;
  holds = message;
  const answer = visitor.postJson(`/api/api-keys/${key.id}`);
  let early;
  answer.then((answered) => (early = answered));
  try {
    for (let i = 0; i < attempts; i += 1) {
      await until('the change to come so far', () => held ?? early);
      if (early) assert.fail(`it was answered before: ${early.status} ${early.body}`);
      const send = held;
      held = undefined;
      if (i + 1 === attempts) holds = () => false;
      await meddle(send);
    }
  } finally { // after a failure nothing stays held back with its locks
    holds = () => false;
    held?.();
    held = undefined;
  }
  return answer;
}

// Writes the key's row on another node. Sends the held message once the own node has applied that write.
async function overtake(key, send) {
  const [own, other] = cluster.nodes;
  const before = Number(usesOf(own, key));
  other.sql(`UPDATE ${rowOf(key)}`);
  await until('the other write to be here', () => Number(usesOf(own, key)) > before);
  send();
}

// The number of such statements that wait for certification: all nodes must receive their writes first.
const waiting = (node, kind) => Number(node.sql(`SELECT COUNT(*) FROM information_schema.processlist WHERE ${kind} AND state = 'Waiting for certification'`));

describe('a change that loses against one on another node', () => {
  test('at a statement is done again', async () => {
    const key = await visitor.createKey('At a statement');
    const answer = await regenerate(key, 1, endsKey, (send) => overtake(key, send));
    assert.equal(answer.status, 200);
    assert.deepEqual(losses.map(endsKey), [true]);
    assert.equal(stored(key), '1\t0\n2\t1');
    assert.deepEqual([await verified(key), await verified(answer.json())], [401, 204]);
  });

  // While one node is frozen, the other write is still being sent to all nodes, and ours is sent behind it. Messages
  // that the frozen node sent before may let the other write pass. Then the test tries again with another key.
  test('at COMMIT is done again', async () => {
    const [own, other, frozen] = cluster.nodes;
    const session = other.session();
    let key, answer, stays = false;
    for (let i = 1; i <= 10 && !stays; i += 1) {
      key = await visitor.createKey(`At COMMIT ${i}`);
      answer = await regenerate(key, 1, commits, async (send) => {
        await session.run('SELECT 1');
        frozen.freeze();
        let passed = false;
        const written = session.run(`UPDATE ${rowOf(key)}`).then(() => (passed = true));
        try {
          await until('the other write to be sent', () => passed || (stays = waiting(other, "info LIKE 'UPDATE %use_count%'") === 1), 5);
          send();
          if (stays) await until('this one to be sent', () => waiting(own, "user = 'claviger_worker'") === 1, 5);
        } finally {
          frozen.thaw();
        }
        await written;
      });
    }
    await session.end();
    assert.ok(stays);
    assert.equal(answer.status, 200);
    assert.deepEqual(losses.map(commits), [true]);
    assert.equal(stored(key), '1\t0\n2\t1');
    assert.deepEqual([await verified(key), await verified(answer.json())], [401, 204]);
  });

  test('three times is answered 503, and nothing is stored', async () => {
    const key = await visitor.createKey('Three times');
    const answer = await regenerate(key, 3, endsKey, (send) => overtake(key, send));
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    assert.equal(answer.json().code, 'unavailable');
    assert.deepEqual(losses.map(endsKey), [true, true, true]);
    assert.equal(stored(key), '1\t1');
    assert.equal(await verified(key), 204);
  });
});

// In all that time every key and every epoch is written on another node.
test('under load with a second writer, each answer is what the database has', async (t) => {
  const [own, other] = cluster.nodes;
  service.sql = (statements) => own.freshly(statements);
  const operations = await openOperationLog(service, { writers: 4, verifiers: 2 });
  const lost = () => Number(own.status('wsrep_local_bf_aborts')) + Number(own.status('wsrep_local_cert_failures'));
  const before = lost();
  const session = other.session();
  operations.begin();
  await until('many to have lost', async () => {
    await session.run(`UPDATE ${operations.schema}.api_keys SET use_count = use_count + 1 WHERE live = 1; UPDATE claviger.revocation_epochs SET epoch = epoch + 1`);
    return lost() >= before + 150;
  }, 180);
  await operations.end();
  await session.end();
  t.diagnostic(`${operations.acknowledged} changes acknowledged, ${lost() - before} lost against the second writer, ${operations.errors.length} refused`);
  assert.deepEqual(await operations.differences(), []);
  assert.deepEqual(operations.wrong, []);
  assert.ok(operations.acknowledged > 50, `${operations.acknowledged}`);
  for (const { kind, status, code } of operations.errors) assert.deepEqual([status, code], [503, 'unavailable'], kind);
});
