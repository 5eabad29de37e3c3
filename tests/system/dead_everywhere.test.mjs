// Once "regenerate" has answered, no verify that starts later accepts the old value: in any worker of any host.
//
// Two hosts (each its own workers, board, feeder and nginx) over one database; verifiers that never pause on both; one
// clock for all. A violation is an accepted verify that started after the regenerate had been answered. The same jury
// judges two controls, which it must find guilty: otherwise it proves nothing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import http from 'node:http';
import { readFileSync } from 'node:fs';

import { startDatabase } from '../support/database.mjs';
import { until } from '../support/processes.mjs';
import { startService } from '../support/service.mjs';

const rounds = Number(process.env.REGENERATIONS ?? 500);
const clients = 4; // that regenerate a key each, at the same time
const now = () => performance.now();

let database;
let hosts;
let tenant;
let people; // one signed in at each host

before(async () => {
  database = await startDatabase();
  hosts = [await startService(database.settings), await startService(database.settings)];
  tenant = hosts[0].tenant();
  const user = hosts[0].user(tenant);
  people = await Promise.all(hosts.map((host) => host.signedIn(tenant, user)));
  await until('both boards to be registered', () => database.sql('SELECT COUNT(*) FROM claviger.nodes') === '2');
});

after(async () => {
  for (const host of hosts ?? []) await host.stop();
  await database?.stop();
});

// The children of a host's master, by what they are.
function childrenOf(host) {
  const master = host.workers.pid;
  const pids = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').map(Number);
  const isFeeder = (pid) => readFileSync(`/proc/${pid}/environ`, 'latin1').includes('FASTCGI_FEEDER_OF');
  return { feeder: pids.find(isFeeder), workers: pids.filter((pid) => !isFeeder(pid)) };
}

// One kept connection that verifies whatever the current key is, again and again, and tells the jury.
async function verifier(host, jury) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  while (!jury.closed) {
    const value = jury.suspects[Math.floor(Math.random() * jury.suspects.length)];
    if (value === undefined) {
      await new Promise(setImmediate);
      continue;
    }
    const started = now();
    jury.hear(value, started, await host.status(agent, value));
  }
  agent.destroy();
}

function statusOver(host) {
  return (agent, fullKey) =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: host.port, path: '/v1/verify', agent };
      const sent = http.get({ ...options, headers: { Host: tenant.host, Authorization: `Bearer ${fullKey}` } }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      sent.on('error', () => resolve(0));
    });
}

// Who is dead since when, and which verify said yes to the dead.
class Jury {
  suspects = [];
  deadSince = new Map();
  violations = [];
  counts = { accepted: 0, refused: 0, unavailable: 0 };
  closed = false;

  present(value) {
    this.suspects = [value, ...this.suspects].slice(0, 3); // the living one and its dead predecessors
  }

  died(value) {
    this.deadSince.set(value, now());
  }

  hear(value, started, status) {
    if (status === 204) this.counts.accepted += 1;
    else if (status === 401) this.counts.refused += 1;
    else this.counts.unavailable += 1;
    if (status === 204 && started > (this.deadSince.get(value) ?? Infinity)) this.violations.push({ late: started - this.deadSince.get(value) });
  }
}

// Regenerates one key `times` times, alternating between the hosts, under verifiers on both; `disturb` may do harm in each
// round. A regenerate that was not answered 200 kills nobody as far as the jury knows.
async function trial(times, { disturb = () => {}, over = statusOver, verifiersPerHost = 4 } = {}) {
  const jury = new Jury();
  let key = await people[0].createKey(`Trial ${Math.random()}`);
  jury.present(key.fullKey);
  const verifiers = hosts.flatMap((host) => Array.from({ length: verifiersPerHost }, () => verifier({ status: over(host) }, jury)));
  let answered = 0;
  for (let round = 0; round < times; round += 1) {
    await disturb(round);
    const answer = await people[round % 2].postJson(`/api/api-keys/${key.id}`).catch(() => undefined);
    if (answer?.status !== 200) {
      const left = await until('the list to be there again', () => listed());
      const living = left.find(({ name }) => name === key.name);
      if (living.id === key.id) continue; // nothing was changed
      key = await rescue(living); // changed, and nobody saw the value
      jury.present(key.fullKey);
      continue;
    }
    jury.died(key.fullKey);
    key = answer.json();
    jury.present(key.fullKey);
    answered += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  jury.closed = true;
  await Promise.all(verifiers);
  return { ...jury, answered };
}

async function listed() {
  const answer = await people[0].get('/api/api-keys').catch(() => undefined);
  return answer?.status === 200 ? answer.json().keys : undefined;
}

function rescue(living) {
  return until('the key to be regenerated', async () => {
    const answer = await people[0].postJson(`/api/api-keys/${living.id}`).catch(() => undefined);
    return answer?.status === 200 ? answer.json() : undefined;
  });
}

function assertNoViolation(result, atLeast) {
  assert.deepEqual(result.violations, []);
  assert.ok(result.answered >= atLeast, `${result.answered} were answered`);
  assert.ok(result.counts.accepted > result.answered, 'the living were accepted');
  assert.ok(result.counts.refused > result.answered, 'the dead were asked for');
}

describe('a regenerated key is dead at once on both hosts', () => {
  test(`over ${rounds} regenerations`, async () => {
    const each = Math.ceil(rounds / clients); // an answer takes half a second, since there is another host
    const results = await Promise.all(Array.from({ length: clients }, () => trial(each, { verifiersPerHost: 1 })));
    for (const result of results) {
      assertNoViolation(result, each);
      assert.equal(result.counts.unavailable, 0);
    }
  });

  test('while workers are killed', async () => {
    const result = await trial(20, {
      disturb: (round) => round % 4 === 1 && process.kill(childrenOf(hosts[round % 2]).workers[0], 'SIGKILL'),
    });
    assertNoViolation(result, 10);
  });

  test('while a worker is stopped across the regenerate', async () => {
    const result = await trial(10, {
      disturb: (round) => {
        const [worker] = childrenOf(hosts[(round + 1) % 2]).workers;
        process.kill(worker, 'SIGSTOP');
        setTimeout(() => process.kill(worker, 'SIGCONT'), 700);
      },
    });
    assertNoViolation(result, 10);
  });

  test('while the feeders are killed and stopped', async () => {
    const result = await trial(16, {
      disturb: async (round) => {
        const { feeder } = childrenOf(hosts[round % 2]);
        if (feeder === undefined) return;
        if (round % 3 === 0) process.kill(feeder, 'SIGKILL');
        if (round % 3 === 1) {
          process.kill(feeder, 'SIGSTOP');
          setTimeout(() => process.kill(feeder, 'SIGCONT'), 900);
        }
      },
    });
    assertNoViolation(result, 16);
  });

  test('while both hosts are reloaded', async () => {
    const result = await trial(12, { disturb: (round) => round % 3 === 0 && hosts[(round / 3) % 2].workers.kill('SIGHUP') });
    assertNoViolation(result, 12);
  });

  test('while the database is killed, and comes back with an epoch lost', async () => {
    const result = await trial(12, {
      disturb: async (round) => {
        if (round % 4 !== 2) return;
        await database.kill();
        await database.start();
        database.sql('UPDATE claviger.revocation_epochs SET epoch = GREATEST(epoch - 1, 0)');
      },
    });
    assertNoViolation(result, 6);
  });
});

describe('the jury is not blind', () => {
  test('it convicts whoever keeps a verdict for two seconds', async () => {
    const keeping = (host) => {
      const verdicts = new Map();
      const ask = statusOver(host);
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
    assert.ok((await trial(5, { over: keeping })).violations.length > 0);
  });

  test('it convicts whoever changes a standing and raises no epoch', async () => {
    // Undone before anybody can read it: the hosts hear of nothing.
    database.sql('CREATE TRIGGER claviger.deaf BEFORE UPDATE ON claviger.revocation_epochs FOR EACH ROW SET NEW.epoch = OLD.epoch');
    try {
      assert.ok((await trial(6)).violations.length > 0);
    } finally {
      database.sql('DROP TRIGGER claviger.deaf');
    }
  });
});
