// The promise of dead_everywhere while the database is lost. The database dies between a commit and its answer, or its
// packets are dropped. The first host reaches it through a proxy, the second by TCP, in a network of its own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';

import { startDatabase } from '../support/database.mjs';
import { startDatabaseProxy } from '../support/database_proxy.mjs';
import { startNetwork } from '../support/partition.mjs';
import { until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { assertNoViolation, makeScene, runScenario } from '../support/scenario.mjs';

let database;
let proxy;
let network;
let hosts = [];
let scene;
let dieWhen; // kills the database when the next COMMIT of a change is 'sent', or is 'made'
let deaths = 0;

const endsChange = (bytes) => bytes.includes(';COMMIT'); // its last statements and COMMIT are one message

// The proxy between the first host and the database. It kills the database at the COMMIT that `dieWhen` names.
function meddle() {
  const deaf = new Set(); // connections that get no more answers, by their cut
  return {
    toServer: (bytes, cut) => {
      if (dieWhen === undefined || !endsChange(bytes)) return bytes;
      if (dieWhen === 'sent') setImmediate(die); // after the COMMIT is on its way
      else dieOnceMade(epochs(), cut).then(() => deaf.delete(cut));
      deaf.add(cut);
      dieWhen = undefined;
      return bytes;
    },
    toClient: (bytes, cut) => (deaf.has(cut) ? undefined : bytes),
  };
}

const epochs = () => database.sql('SELECT SUM(epoch) FROM claviger.revocation_epochs');

// Only the rows show that the COMMIT was made.
async function dieOnceMade(before, cut) {
  await until('the commit', () => epochs() !== before);
  await die(cut);
}

async function die(cut = () => {}) {
  deaths += 1;
  const killed = database.kill();
  cut();
  await killed;
  await database.start();
}

before(async () => {
  database = await startDatabase();
  proxy = await startDatabaseProxy(database.socket, join(database.folder, 'proxy.sock'), meddle());
  network = await startNetwork(database.socket);
  hosts.push(await startService({ ...database.settings, ...manyChanges }, { within: proxy.within }));
  hosts.push(await startService({ ...database.settings, ...manyChanges, 'database.timeout_seconds': 1 }, { within: network.within }));
  scene = await makeScene(hosts);
  await bothRegistered();
});

after(async () => {
  for (const host of hosts) await host.stop();
  await network?.stop();
  await proxy?.stop();
  await database?.stop();
});

const bothRegistered = () => until('both segments to be registered', () => database.sql('SELECT COUNT(*) FROM claviger.nodes') === '2');

async function answersLost(moment) {
  await bothRegistered();
  const before = deaths;
  const result = await runScenario(scene, 8, {
    disturb: (round) => {
      if (round % 4 === 2) dieWhen = moment; // the first host regenerates in the even rounds
    },
  });
  assertNoViolation(result, 4);
  assert.equal(deaths - before, 2);
  return result;
}

describe('a regenerated key is dead at once on both hosts', () => {
  test('while the database dies between a commit and its answer', async () => {
    const result = await answersLost('made');
    assert.equal(result.inDoubt, 2, 'each was made, as the list tells');
    assert.ok(result.unavailable.length >= 2);
  });

  test('while the database dies as COMMIT reaches it', async () => {
    await answersLost('sent');
  });

  test('while packets between one host and the database are dropped', async () => {
    await bothRegistered();
    const result = await runScenario(scene, 6, {
      disturb: (round) => {
        if (round === 1) network.drop();
        if (round === 3) network.pass();
      },
    });
    assertNoViolation(result, 4);
    assert.ok(result.counts.unavailable > 0, 'the host that was cut off said so');
  });
});
