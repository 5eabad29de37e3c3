// Once "regenerate" has answered, no verify that starts later accepts the old value: in any worker of any host. Likewise
// for "disable", and for a key that has expired by the clock.
//
// Two hosts share one database. Each has its own workers, segment, poller and nginx. Eight verifiers never pause. One
// clock serves for all times. A violation is an accepted verify that started after the regenerate was answered. The
// same checker (consistency_checker.mjs) also runs over controls with planted faults, in which it must find violations. Otherwise its
// other results prove nothing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import { existsSync } from 'node:fs';

import { startDatabase } from '../support/database.mjs';
import { startDatabaseProxy } from '../support/database_proxy.mjs';
import { ConsistencyChecker, now, statusOver, verifier } from '../support/consistency_checker.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { assertNoViolation, makeScene, runScenario } from '../support/scenario.mjs';

const regenerations = Number(process.env.REGENERATIONS ?? 500);
const clients = Number(process.env.CLIENTS ?? 12); // each answer waits for half a second, since there is another host
// A change locks its user's row until it is committed. Clients of one user would therefore never change keys at the
// same time.
const users = Math.ceil(clients / 2);

let database;
let hosts;
let scene;

before(async () => {
  database = await startDatabase();
  const settings = { ...database.settings, ...manyChanges };
  hosts = [await startService(settings), await startService(settings)];
  scene = await makeScene(hosts, { users });
  await until('both segments to be registered', () => database.sql('SELECT COUNT(*) FROM claviger.nodes') === '2');
});

after(async () => {
  for (const host of hosts ?? []) await host.stop();
  await database?.stop();
});

function stopFor(milliseconds, pid) {
  process.kill(pid, 'SIGSTOP');
  setTimeout(() => {
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT'); // unless it has been killed since
  }, milliseconds);
}

describe('a regenerated key is dead at once on both hosts', () => {
  test(`over ${regenerations} regenerations`, async () => {
    const result = await runScenario(scene, regenerations, { clients });
    assertNoViolation(result, regenerations);
    assert.equal(result.counts.unavailable, 0);
  });

  test('while workers are killed', async () => {
    const result = await runScenario(scene, 20, {
      disturb: (round) => round % 4 === 1 && process.kill(hosts[round % 2].children().workers[0], 'SIGKILL'),
    });
    assertNoViolation(result, 10);
  });

  test('while a worker is stopped across the regenerate', async () => {
    const result = await runScenario(scene, 10, { disturb: (round) => stopFor(700, hosts[(round + 1) % 2].children().workers[0]) });
    assertNoViolation(result, 10);
  });

  test('while the pollers are killed and stopped', async () => {
    const result = await runScenario(scene, 16, {
      disturb: (round) => {
        const { poller } = hosts[round % 2].children();
        if (poller === undefined) return;
        if (round % 3 === 0) process.kill(poller, 'SIGKILL');
        if (round % 3 === 1) stopFor(900, poller);
      },
    });
    assertNoViolation(result, 16);
  });

  test('while both hosts are reloaded in turn', async () => {
    const result = await runScenario(scene, 12, { disturb: (round) => round % 3 === 0 && hosts[(round / 3) % 2].workers.kill('SIGHUP') });
    assertNoViolation(result, 12);
    assert.equal(result.counts.unavailable, 0);
  });

  test('while hosts are reloaded whose pollers are killed or stopped at that moment', async () => {
    const result = await runScenario(scene, 24, {
      disturb: (round) => {
        if (round % 3 !== 0) return;
        const host = hosts[round % 2];
        const { poller } = host.children();
        host.workers.kill('SIGHUP');
        if (poller === undefined) return;
        if (round % 4 === 0) process.kill(poller, 'SIGKILL');
        else stopFor(900, poller);
      },
    });
    assertNoViolation(result, 24);
  });

  // Each key is in the index when it is regenerated. The third host looks every key up there.
  test('on a host that caches no key', async () => {
    const cold = await startService({ ...database.settings, ...manyChanges, 'verify.cache_keys': 0 });
    try {
      const indexed = () => Number(database.sql('SELECT COUNT(*) FROM claviger.key_index'));
      const result = await runScenario(scene, 6, {
        at: [...hosts, cold],
        disturb: async () => {
          const before = indexed();
          await until('the key to be in the index', () => indexed() > before, 30);
        },
      });
      assertNoViolation(result, 6);
    } finally {
      await cold.stop();
    }
  });

  // Every entry becomes invalid several times a second, and is renewed from the index.
  test('while cached keys are renewed', async () => {
    let round = 0;
    const everything = setInterval(() => hosts[(round += 1) % 2].children().poller && process.kill(hosts[round % 2].children().poller, 'SIGKILL'), 1500);
    try {
      assertNoViolation(await runScenario(scene, 8, { clients: 4, disturb: () => new Promise((resolve) => setTimeout(resolve, 2500)) }), 8);
    } finally {
      clearInterval(everything);
    }
  });

  test('while a host leaves and comes back', async () => {
    const result = await runScenario(scene, 16, {
      clients: 2,
      disturb: async (round) => {
        if (round % 4 === 1) await hosts[1].stopWorkers();
        if (round % 4 === 3) await hosts[1].startWorkers();
      },
    });
    assertNoViolation(result, 8);
  });

  test('while the database is killed, and comes back with an epoch lost', async () => {
    // Raises the epochs of keys only, so that the restart can lose one. A changed epoch of the user or tenant would
    // invalidate the cached entries by itself.
    database.sql('UPDATE claviger.revocation_epochs SET epoch = epoch + 10 WHERE slot < 768');
    const result = await runScenario(scene, 12, {
      disturb: async (round) => {
        if (round % 4 !== 2) return;
        await database.kill();
        // The epochs go back before any client connects, as in a restart from a backup. An epoch that goes back under
        // an open connection is a different case.
        await database.start('UPDATE claviger.revocation_epochs SET epoch = GREATEST(epoch - 1, 0)');
      },
    });
    assertNoViolation(result, 6);
  });
});

describe('a disabled key is refused at once on both hosts', () => {
  test('over 100 keys', async () => {
    const result = await runScenario(scene, 100, { by: 'disable', clients });
    assertNoViolation(result, 100);
    assert.equal(result.counts.unavailable, 0);
  });

  test('while both hosts are reloaded in turn', async () => {
    const result = await runScenario(scene, 12, { by: 'disable', disturb: (round) => round % 3 === 0 && hosts[(round / 3) % 2].workers.kill('SIGHUP') });
    assertNoViolation(result, 12);
  });
});

// The keys are cached on both hosts long before they expire.
test('a key expires on both hosts by the clock', async () => {
  const checker = new ConsistencyChecker();
  const verifying = hosts.flatMap((host) => Array.from({ length: 4 }, () => verifier(statusOver(host, scene.tenant), checker)));
  const [person] = scene.people[0];
  const expiresAt = Date.now() + 12_000; // each create waits for half a second
  for (let i = 0; i < 10; i += 1) {
    const body = { name: `Expires ${i}`, expiresAt: new Date(expiresAt).toISOString() };
    const { fullKey } = (await person.postJson('/api/api-keys', body)).json();
    checker.died(fullKey, expiresAt - performance.timeOrigin + 1); // the two clocks of node differ by less
    await checker.present(i, fullKey);
  }
  const { accepted } = checker.counts;
  assert.ok(accepted >= 80 && Date.now() < expiresAt, `${accepted} were accepted before`);
  await until('the keys to have expired', () => Date.now() > expiresAt + 1000, 20);
  checker.close();
  await Promise.all(verifying);
  assert.deepEqual(checker.violations, []);
  assert.ok(checker.counts.refused > 1000 && checker.counts.accepted > accepted, JSON.stringify(checker.counts));
});

// Starts a service through a proxy that replaces statements of its connections. Each replacement has the length of the
// original.
async function misled(replaced, settings = {}) {
  const pad = (text, length) => text.padEnd(length).slice(0, length);
  const mislead = (bytes) => {
    let text = bytes.toString('latin1');
    for (const [from, to] of Object.entries(replaced)) text = text.replaceAll(from, pad(to, from.length));
    return Buffer.from(text, 'latin1');
  };
  const proxy = await startDatabaseProxy(database.socket, join(database.folder, 'misled.sock'), { toServer: mislead });
  let service;
  try {
    service = await startService({ ...database.settings, ...manyChanges, ...settings }, { within: proxy.within });
  } catch (error) {
    await proxy.stop(); // it would keep this file from ending
    throw error;
  }
  return { service, stop: async () => (await service.stop(), proxy.stop()) };
}

describe('the checker finds planted faults', () => {
  // A snapshot from before the first key contains no key. So the workers of the host are replaced while a key is
  // active.
  const replacing = (host) => (round) => round === 1 && host.workers.kill('SIGHUP');

  test('it finds a service that caches a verdict for two seconds', async () => {
    const keeping = (host, tenant) => {
      const verdicts = new Map();
      const ask = statusOver(host, tenant);
      return async (agent, value) => {
        const kept = verdicts.get(value);
        if (kept && now() - kept.at < 2000) {
          await new Promise(setImmediate);
          return kept.status;
        }
        const status = await ask(agent, value);
        verdicts.set(value, { status, at: now() });
        return status;
      };
    };
    assert.ok((await runScenario(scene, 5, { over: keeping })).violations.length > 0);
  });

  test('it finds a host that caches nothing and reads within a long transaction', async () => {
    const longTransaction = { 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE': "SET autocommit=0, tx_isolation='REPEATABLE-READ'" };
    const blurred = await misled(longTransaction, { 'verify.cache_keys': 0 });
    try {
      const { violations } = await runScenario(scene, 8, { at: [blurred.service], disturb: replacing(blurred.service) });
      assert.ok(violations.length > 0);
    } finally {
      await blurred.stop();
    }
  });

  test('it acquits that host once each of its reads is a transaction by itself', async () => {
    const plain = await misled({}, { 'verify.cache_keys': 0 });
    try {
      assertNoViolation(await runScenario(scene, 8, { at: [plain.service], disturb: replacing(plain.service) }), 8);
    } finally {
      await plain.stop();
    }
  });

  test('it finds a change of a revocation state that bumps no epoch', async () => {
    // The trigger undoes each bump before it can be read, so the hosts learn of no change.
    database.sql('CREATE TRIGGER claviger.deaf BEFORE UPDATE ON claviger.revocation_epochs FOR EACH ROW SET NEW.epoch = OLD.epoch');
    try {
      assert.ok((await runScenario(scene, 6)).violations.length > 0);
      assert.ok((await runScenario(scene, 6, { by: 'disable' })).violations.length > 0);
    } finally {
      database.sql('DROP TRIGGER claviger.deaf');
    }
  });
});
