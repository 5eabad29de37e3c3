// Keeps a log of the operations on a service under faults. Its users create, regenerate and verify keys without a
// pause, and each answer is recorded. In the end the log is compared with the service and its database.
//
//   const operations = await openOperationLog(service, { writers: 3, verifiers: 3 });   // makes a tenant and users
//   operations.begin();
//   …                                               // faults
//   await operations.end();
//   operations.requests, operations.errors, operations.wrong    // the results; `wrong` lists the violations
//   await operations.differences();                     // the differences from what was acknowledged, in words

import http from 'node:http';

import { flawOf } from './problems.mjs';
import { until } from './processes.mjs';

const mostKeys = 450; // of a user; the service allows 500

// A writer acts as `people` users, one after another, since a user may have 500 keys. `kept`: each client keeps its
// connection.
export async function openOperationLog(service, { writers = 3, verifiers = 3, people = 1, kept = true } = {}) {
  const tenant = service.tenant();
  const operations = new OperationLog(service, tenant, { verifiers, kept });
  for (let i = 0; i < writers; i += 1) {
    const crew = [];
    for (let j = 0; j < people; j += 1) crew.push(await newPerson(service, tenant));
    operations.crews.push(crew);
  }
  return operations;
}

async function newPerson(service, tenant) {
  const user = service.user(tenant);
  return { email: user.email, visitor: await service.signedIn(tenant, user), keys: [] };
}

const plainId = (id) => id.replaceAll('-', '');
const pick = (list) => list[Math.floor(Math.random() * list.length)];

class OperationLog {
  crews = []; // for each writer its users
  values = new Map(); // each value that was shown → its key
  unknownNames = []; // creates of unknown outcome
  dead = []; // { id, value, … } that a regenerate has replaced
  errors = []; // { kind, status, code, began, seconds } of each request without its expected answer
  wrong = []; // violations, in words
  took = { create: [], regenerate: [], verify: [] }; // seconds of each request
  #made = 0;

  constructor(service, tenant, { verifiers, kept }) {
    this.service = service;
    this.tenant = tenant;
    this.verifiers = verifiers;
    this.kept = kept;
    this.schema = `claviger_t_${tenant.slug}`;
  }

  get people() {
    return this.crews.flat();
  }

  begin() {
    this.open = true;
    this.service.beforeStop(() => this.end());
    this.loops = [
      ...this.crews.map((crew) => this.#write(crew)),
      ...Array.from({ length: this.verifiers }, () => this.#verify()),
    ];
  }

  async end() {
    this.open = false;
    await Promise.all(this.loops);
  }

  get requests() {
    return Object.values(this.took).reduce((sum, times) => sum + times.length, 0);
  }

  // The time of the slowest request of each kind, in seconds.
  get slowest() {
    const largest = (times) => times.reduce((most, each) => Math.max(most, each), 0);
    return Object.fromEntries(Object.entries(this.took).map(([kind, times]) => [kind, largest(times)]));
  }

  get errorRate() {
    return this.errors.length / this.requests;
  }

  // The number of creates and regenerates that were acknowledged.
  get acknowledged() {
    return this.values.size;
  }

  // Waits until more than `count` further changes are acknowledged. Throws after `seconds`.
  async changes(count = 50, seconds = 15) {
    const known = this.acknowledged;
    await until(`${count} changes to be acknowledged`, () => this.acknowledged > known + count, seconds);
  }

  // --- the clients ---

  #agent() {
    return this.kept ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
  }

  async #write(crew) {
    const agent = this.#agent();
    for (const { visitor } of crew) visitor.agent = agent;
    for (let step = 0; this.open; step += 1) {
      const person = crew.find(({ keys }) => keys.length < mostKeys);
      const known = crew.flatMap(({ keys }) => keys).filter(({ state }) => state === 'live');
      if (person && (known.length < 3 || step % 4 === 0)) await this.#create(person);
      else if (known.length > 0) await this.#regenerate(pick(known));
    }
    agent?.destroy();
    for (const { visitor } of crew) visitor.agent = undefined;
  }

  async #create(person) {
    const name = `key ${(this.#made += 1)}`;
    const answer = await this.#ask('create', 201, () => person.visitor.postJson('/api/api-keys', { name }));
    const key = { person, name, state: 'live' };
    if (answer?.status === 201) {
      this.#shown(key, answer.json());
      person.keys.push(key);
    } else if (!isRefusal(answer)) {
      this.unknownNames.push({ person, name });
    }
  }

  async #regenerate(key) {
    const { id, value } = key;
    key.state = 'changing';
    const answer = await this.#ask('regenerate', 200, () => key.person.visitor.postJson(`/api/api-keys/${id}`));
    if (answer?.status === 200) {
      this.dead.push({ id, value, name: key.name, state: 'dead' });
      this.#shown(key, answer.json());
      key.state = 'live';
    } else {
      key.state = isRefusal(answer) ? 'live' : 'unknown';
    }
  }

  #shown(key, { id, fullKey, name }) {
    if (this.values.has(fullKey)) this.wrong.push(`the value of ${key.name} was shown before, for ${this.values.get(fullKey).name}`);
    if (name !== key.name) this.wrong.push(`${key.name} is called ${name}`);
    key.id = id;
    key.value = fullKey;
    this.values.set(fullKey, key);
  }

  async #verify() {
    const agent = this.#agent();
    while (this.open) {
      const people = this.people.filter(({ keys }) => keys.length > 0);
      const key = this.dead.length > 0 && Math.random() < 0.3 ? pick(this.dead) : people.length > 0 && pick(pick(people).keys);
      if (key) await this.#ask('verify', [204, 401], () => this.#judged(key, agent));
      else await new Promise(setImmediate);
    }
    agent?.destroy();
  }

  // Verifies the key and checks the result. There are two violations: a refusal of a value that was active all the
  // time, and a success of a value that was revoked before the request.
  async #judged(key, agent) {
    const { state, value, id } = key;
    const answer = await this.verify(value, agent);
    const alive = state === 'live' && key.state === 'live' && key.value === value;
    if (answer.status === 401 && alive) this.wrong.push(`the active value of ${key.name} was refused`);
    if (answer.status === 204 && state === 'dead') this.wrong.push(`a dead value of ${key.name} was accepted`);
    if (answer.status === 204 && answer.headers['x-claviger-key-id'] !== id) this.wrong.push(`${key.name} was taken for another key`);
    return answer;
  }

  verify(value, agent) {
    const headers = { Authorization: `Bearer ${value}` };
    return this.service.request({ host: this.tenant.host, path: '/v1/verify', headers, agent });
  }

  // Sends a request and records its answer. Gives undefined if there was none.
  async #ask(kind, expected, send) {
    const began = Date.now();
    const answer = await send().catch((error) => {
      this.wrong.push(`${kind}: no answer, but ${error.code ?? error.message}`);
    });
    const seconds = (Date.now() - began) / 1000;
    this.took[kind].push(seconds);
    if ([expected].flat().includes(answer?.status)) return answer;
    const flaw = answer && flawOf(answer);
    if (flaw) this.wrong.push(`${kind}: ${answer.status}, but ${flaw}: ${answer.body.slice(0, 200)}`);
    this.errors.push({ kind, status: answer?.status, code: flaw || !answer ? undefined : answer.json().code, began, seconds });
    return answer;
  }

  // --- the comparison ---

  // Gives each difference between the acknowledged changes and the database, the lists and the verify results.
  async differences() {
    const rows = rowsOf(this.service, this.schema);
    return [...this.#inRows(rows), ...(await this.#inLists(rows)), ...(await this.#inVerdicts())];
  }

  #inRows(rows) {
    const found = [];
    const byId = new Map(rows.map((row) => [row.id, row]));
    const accounted = new Set();
    const expect = (id, name, live, what) => {
      const row = byId.get(plainId(id));
      accounted.add(plainId(id));
      if (!row) found.push(`lost: ${what} of ${name}`);
      else if (row.live !== live || row.name !== name) found.push(`${what} of ${name} is ${row.live ? 'alive' : 'dead'} and called ${row.name}`);
    };
    for (const { id, name } of this.dead) expect(id, name, false, 'a replaced value');
    for (const key of this.people.flatMap(({ keys }) => keys)) {
      if (key.state === 'live') expect(key.id, key.name, true, 'the value');
      else accounted.add(plainId(key.id)).add(successorOf(byId.get(plainId(key.id)), rows)?.id);
    }
    for (const { name } of this.unknownNames) for (const row of rows.filter((row) => row.name === name)) accounted.add(row.id);
    for (const row of rows) if (!accounted.has(row.id)) found.push(`nobody was told of generation ${row.generation} of ${row.name}`);
    return [...found, ...brokenLineages(rows)];
  }

  // A change of unknown outcome is either visible or not there at all: each list equals the rows of the database.
  async #inLists(rows) {
    const found = [];
    for (const { email, visitor } of this.people) {
      const answer = await visitor.get('/api/api-keys');
      const listed = answer.status === 200 ? answer.json().keys.map(({ id }) => plainId(id)).sort() : [];
      const active = rows.filter((row) => row.email === email && row.live).map(({ id }) => id).sort();
      if (listed.join() !== active.join()) found.push(`${email} sees ${listed.length} keys of ${active.length} (${answer.status})`);
    }
    return found;
  }

  async #inVerdicts() {
    const found = [];
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async ({ value, id, name }, expected, what) => {
      const { status, headers } = await this.verify(value, agent);
      if (status !== expected) found.push(`${what} of ${name} is answered ${status}`);
      if (status === 204 && headers['x-claviger-key-id'] !== id) found.push(`${what} of ${name} opens another key`);
    };
    for (const key of this.people.flatMap(({ keys }) => keys)) if (key.state === 'live') await ask(key, 204, 'the value');
    for (const key of this.dead) await ask(key, 401, 'a replaced value');
    agent.destroy();
    return found;
  }
}

// A final refusal: nothing was changed. An unknown outcome is answered 503, or by nginx with a status over 500 if a
// worker is gone.
const isRefusal = (answer) => answer !== undefined && answer.status <= 500;

function rowsOf(service, schema) {
  const columns = 'LOWER(HEX(k.id)), u.email, k.name, LOWER(HEX(k.lineage_id)), k.generation, k.live IS NOT NULL';
  const text = service.sql(`SELECT ${columns} FROM ${schema}.api_keys k JOIN ${schema}.users u ON u.id = k.user_id`);
  if (text === undefined) throw new Error('the database does not answer');
  return text.split('\n').filter(Boolean).map((line) => {
    const [id, email, name, lineage, generation, live] = line.split('\t');
    return { id, email, name, lineage, generation: Number(generation), live: live === '1' };
  });
}

const successorOf = (row, rows) => row && rows.find(({ lineage, generation }) => lineage === row.lineage && generation === row.generation + 1);

// Each lineage must have one active row, the newest. No generation may be missing or occur twice.
function brokenLineages(rows) {
  const lineages = new Map();
  for (const row of rows) lineages.set(row.lineage, [...(lineages.get(row.lineage) ?? []), row]);
  const whole = (lineage) => lineage.sort((a, b) => a.generation - b.generation)
    .every(({ generation, live }, i) => generation === i + 1 && live === (i === lineage.length - 1));
  return [...lineages.values()].filter((lineage) => !whole(lineage)).map(([{ name }]) => `the history of ${name} is broken`);
}
