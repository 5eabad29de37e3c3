// Checks that "dead everywhere" holds. A violation is a verify that starts after the revocation of its value was
// acknowledged, and accepts it.
//
//   const checker = new ConsistencyChecker();
//   checker.present(client, value);                     // an active value; the two before it are verified too
//   checker.died(value);                                // the regenerate was acknowledged
//   const verifiers = hosts.map((host) => verifier(statusOver(host, tenant), checker));
//   checker.close(); await Promise.all(verifiers);
//   checker.violations;

import http from 'node:http';

export const now = () => performance.now();

export class ConsistencyChecker {
  #suspects = new Map(); // client → its active value and the two before it, which are revoked
  #all = [];
  #deadSince = new Map();
  #queues = new Set();
  violations = [];
  counts = { accepted: 0, refused: 0, unavailable: 0 };
  closed = false;

  // Waits until every verifier has verified the value once, so that each host had the chance to cache it.
  present(client, value) {
    this.#suspects.set(client, [value, ...(this.#suspects.get(client) ?? [])].slice(0, 3));
    this.#all = [...this.#suspects.values()].flat();
    return this.#askAll(value);
  }

  // From `since` on, every verify that starts must refuse the value. All verifiers verify it next.
  died(value, since = now()) {
    this.#deadSince.set(value, since);
    this.#askAll(value);
  }

  #askAll(value) {
    return Promise.all([...this.#queues].map((queue) => new Promise((done) => queue.push({ value, done }))));
  }

  // Gives a function that returns the next value for a verifier. It alternates between the queue of new and newly
  // revoked values and a random value.
  attend() {
    const queue = [];
    let turn = 0;
    this.#queues.add(queue);
    const anybody = () => ({ value: this.#all[Math.floor(Math.random() * this.#all.length)], done: () => {} });
    return () => (turn++ % 2 ? queue.shift() : undefined) ?? anybody();
  }

  hear(value, started, status) {
    if (status === 204) this.counts.accepted += 1;
    else if (status === 401) this.counts.refused += 1;
    else this.counts.unavailable += 1;
    const late = started - (this.#deadSince.get(value) ?? Infinity);
    if (status === 204 && late > 0) this.violations.push({ late });
  }

  close() {
    this.closed = true;
  }
}

// A verifier: one kept connection that sends verifies without a pause until the checker is closed.
export async function verifier(ask, checker) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const next = checker.attend();
  while (!checker.closed) {
    const { value, done } = next();
    if (value === undefined) {
      await new Promise(setImmediate);
      continue;
    }
    const started = now();
    checker.hear(value, started, await ask(agent, value));
    done();
  }
  agent.destroy();
}

// Gives a function that verifies a value at a host and gives the status; 0 if there was no answer.
export function statusOver(host, tenant) {
  return (agent, fullKey) =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: host.port, path: '/v1/verify', agent };
      const sent = http.get({ ...options, headers: { Host: tenant.host, Authorization: `Bearer ${fullKey}` } }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
        answer.on('error', () => resolve(0));
      });
      sent.on('error', () => resolve(0));
    });
}
