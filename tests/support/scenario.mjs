// Regenerates or disables keys over two hosts while verifiers on both send verifies without a pause. A checker (checker.mjs) checks the
// results.
//
//   const scene = await makeScene(hosts);            // two services over one database
//   const result = await runScenario(scene, 20, { disturb: (round) => … });
//   assertNoViolation(result, 20);

import assert from 'node:assert/strict';

import { ConsistencyChecker, now, statusOver, verifier } from './consistency_checker.mjs';
import { until } from './processes.mjs';

const lease = 500; // milliseconds after which a change holds on every host, even if its outcome is unknown

// Makes a tenant with `users` users. `people` has for each of them a session at each host.
export async function makeScene(hosts, { users = 1 } = {}) {
  const tenant = hosts[0].tenant();
  const people = [];
  for (let i = 0; i < users; i += 1) {
    const user = hosts[0].user(tenant);
    people.push(await Promise.all(hosts.map((host) => host.signedIn(tenant, user))));
  }
  return { hosts, tenant, people };
}

// `clients` regenerate one key each, at the same time, `times` times in all. Each alternates between the hosts, and
// acts as one of the users. With `by` 'disable' they disable their keys and create others. `disturb` may cause a fault in each round of the first client. `verifiers` is the number of
// verifying connections to each host of `at`.
export async function runScenario(scene, times, { by = 'regenerate', clients = 1, disturb = () => {}, at = scene.hosts, over = statusOver, verifiers = 4 } = {}) {
  const checker = new ConsistencyChecker();
  const verifying = at.flatMap((host) => Array.from({ length: verifiers }, () => verifier(over(host, scene.tenant), checker)));
  const result = { checker, answered: 0, unavailable: [], inDoubt: 0 };
  try {
    const each = Math.ceil(times / clients);
    const all = Array.from({ length: clients }, (_, i) => new Client(scene, checker, result, i, by));
    await Promise.all(all.map((client, i) => client.run(each, i === 0 ? disturb : () => {})));
    await until('the verifiers to have asked again', askedAgain(checker));
  } finally {
    checker.close();
    await Promise.all(verifying);
  }
  return { ...result, violations: checker.violations, counts: checker.counts };
}

function askedAgain({ counts }) {
  const before = counts.accepted + counts.refused;
  return () => counts.accepted + counts.refused > before + 100;
}

class Client {
  constructor(scene, checker, result, index, by) {
    Object.assign(this, { checker, result, index, by, person: scene.people[index % scene.people.length] });
  }

  async run(times, disturb) {
    const key = await this.#at(0).createKey(`Trial ${Math.random()}`);
    await this.#take(key);
    for (let round = 0; round < times; round += 1) {
      await disturb(round);
      await (this.by === 'disable' ? this.#disable(this.#at(round)) : this.#regenerate(this.#at(round)));
    }
  }

  // Its session at the host of this round.
  #at(round) {
    return this.person[(this.index + round) % this.person.length];
  }

  async #regenerate(session) {
    const answer = await session.postJson(`/api/api-keys/${this.key.id}`).catch(() => undefined);
    if (answer?.status === 200) {
      this.checker.died(this.key.fullKey);
      await this.#take(answer.json());
      this.result.answered += 1;
      return;
    }
    if (answer && answer.status !== 404) this.result.unavailable.push(answer); // 404: an unknown outcome, done late
    await this.#findOut();
  }

  // A disable may be sent again: it is so already.
  async #disable(session) {
    await until('the key to be disabled', async () => {
      const answer = await session.postJson(`/api/api-keys/${this.key.id}/disable`).catch(() => undefined);
      if (answer && answer.status !== 200) this.result.unavailable.push(answer);
      return answer?.status === 200;
    });
    this.checker.died(this.key.fullKey);
    this.result.answered += 1;
    await this.#take(await session.createKey(`Trial ${Math.random()}`));
  }

  // The outcome of the regenerate is unknown: the list shows it.
  async #findOut() {
    const keys = await until('the list to be there again', () => this.#listed());
    const active = keys.filter(({ name }) => name === this.key.name);
    assert.equal(active.length, 1, `${active.length} active keys of one name`);
    if (active[0].id === this.key.id) return; // nothing was changed
    this.result.inDoubt += 1;
    this.checker.died(this.key.fullKey, now() + lease);
    await this.#take(await this.#anew(active[0])); // its value was never shown
  }

  async #listed() {
    const answer = await this.person[0].get('/api/api-keys').catch(() => undefined);
    return answer?.status === 200 ? answer.json().keys : undefined;
  }

  #anew({ id, name }) {
    return until('the key to be regenerated', async () => {
      const answer = await this.person[0].postJson(`/api/api-keys/${id}`).catch(() => undefined);
      if (answer?.status === 200) return answer.json();
      id = (await this.#listed())?.find((key) => key.name === name).id ?? id;
      return undefined;
    });
  }

  #take(key) {
    this.key = key;
    return this.checker.present(this.index, key.fullKey);
  }
}

export function assertNoViolation(result, atLeast) {
  assert.deepEqual(result.violations, []);
  assert.ok(result.answered >= atLeast, `${result.answered} were answered`);
  assert.ok(result.counts.accepted > result.answered, 'the active were accepted');
  assert.ok(result.counts.refused > result.answered, 'the dead were asked for');
  for (const { status, headers } of result.unavailable) {
    if (status === 502 || status === 504) continue; // from nginx, if the workers are gone
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '1');
  }
}
