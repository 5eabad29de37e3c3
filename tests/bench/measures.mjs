// The measures. Each has a port, the requests (`how` and `lines` of load.lua) and the one right status. `atLeast` is
// the promised ratio to its reference: the trivial program, or the one that `reference` names.

export const insertTable = 'claviger_bench.api_keys';

// The measures that change nothing. `sets` are the people of each tenant: [{ tenant, readers }]. `order` arranges the
// lines of a measure.
export function readMeasures(sets, order = (lines) => lines) {
  const withKeys = (path) => order(sets.flatMap(({ tenant, readers }) => verifications(tenant, readers, path)));
  return [
    { name: 'verify-hot', port: 'hot', status: 204, atLeast: 0.9, lines: () => withKeys('/v1/verify') },
    { name: 'verify-cold', port: 'cold', status: 204, atLeast: 0.5, lines: () => withKeys('/v1/verify') },
    { name: 'me', port: 'hot', status: 200, lines: () => withKeys('/v1/me') },
    { name: 'list', port: 'hot', status: 200, atLeast: 0.35, lines: () => withSessions(sets, '/api/api-keys', order) },
    { name: 'page', port: 'hot', status: 200, atLeast: 0.35, lines: () => withSessions(sets, '/settings/api-keys', order) },
  ];
}

export const withSessions = (sets, path, order) =>
  order(sets.flatMap(({ tenant, readers }) => readers.map(({ cookie }) => ['GET', path, 'Host', tenant.host, 'Cookie', cookie])));

// `readers` only read. `writers` create and regenerate, so the keys of the readers stay active.
export function measuresOf({ tenant, readers, writers, seeder }) {
  const host = ['Host', tenant.host];
  // The ids change with each run, and the outcome of requests that were pending at its end is unknown. The lines
  // alternate between the users, since requests of one user run one after another.
  const activeKeys = () => {
    const rows = seeder.sql("SELECT LOWER(HEX(id)), name FROM {schema}.api_keys WHERE live = 1 AND name LIKE 'writer %';");
    const keys = rows.map(([id, name]) => ({ id, name, person: Number(name.split(' ')[1]), key: Number(name.split(' ')[2]) }));
    keys.sort((a, b) => a.key - b.key || a.person - b.person);
    return keys.map(({ id, name, person }) => [name, uuid(id), ...posting(tenant, writers[person])]);
  };
  // Keeps each user far below the limit of keys of one user.
  const forget = () => seeder.sql("DELETE FROM {schema}.api_keys WHERE name LIKE 'made %';");

  return [
    { name: 'alive', port: 'hot', status: 200, lines: () => [['GET', '/healthz', ...host]] },
    ...readMeasures([{ tenant, readers }]),
    insertOf({ tenant, writers, seeder }),
    { name: 'create', reference: 'insert', port: 'hot', status: 201, atLeast: 0.5, how: 'create', lines: () => writers.map((writer) => posting(tenant, writer)), after: forget },
    { name: 'regenerate', reference: 'insert', port: 'hot', status: 200, atLeast: 0.42, how: 'regenerate', lines: activeKeys },
    { name: 'guarded-file', port: 'guarded', status: 200, lines: () => verifications(tenant, readers, '/report') },
  ];
}

// The trivial program that stores a row gets the requests of a create. Its table is empty when it begins.
export function insertOf({ tenant, writers, seeder }) {
  const lines = writers.map((writer) => posting(tenant, writer));
  const forget = () => seeder.sql(`TRUNCATE ${insertTable};`);
  return { name: 'insert', port: 'insert', status: 204, how: 'create', lines: () => lines, after: forget };
}

export function trivialOf({ tenant, readers }) {
  const lines = verifications(tenant, readers);
  return { name: 'trivial', port: 'trivial', status: 204, lines: () => lines };
}

const posting = (tenant, { cookie }) =>
  ['Host', tenant.host, 'Cookie', cookie, 'Origin', `http://${tenant.host}`, 'Content-Type', 'application/json'];

// Shuffles the lines, in the same order each time. Neighbouring keys of one tenant would profit from warm caches.
export function shuffled(lines) {
  let state = 1;
  return lines
    .map((line) => ({ line, at: (state = (state * 48271) % 2147483647) }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

export function verifications(tenant, people, path = '/v1/verify') {
  return people.flatMap(({ keys }) => keys.map((key) => ['GET', path, 'Host', tenant.host, 'Authorization', `Bearer ${key}`]));
}

const uuid = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
