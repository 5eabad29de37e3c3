// Fills a tenant with users, their sessions and keys. It bypasses the service, and is as fast as the database allows.

import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; ++bit) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest >>> 0;
});

// Runs statements as the database's administrator and gives the rows that they print.
export function sql(socket, statements) {
  const args = ['--no-defaults', `--socket=${socket}`, `--user=${userInfo().username}`, '--batch', '--skip-column-names'];
  const { status, stdout, stderr } = spawnSync('mariadb', args, { input: statements, encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`the database refused: ${stderr}`);
  return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

// Hashes as domain/secrets/ does; see the README there.
class Hasher {
  constructor(pepperFile, tenantId) {
    this.pepper = Buffer.from(readFileSync(pepperFile, 'utf8').trim().split(':')[1], 'hex');
    this.tenantId = tenantId;
  }

  hash(purpose, secret) {
    return createHmac('sha256', this.pepper).update(`${purpose}\0`).update(this.tenantId).update(secret).digest('hex');
  }
}

function newKey() {
  let body = 'pk_live_';
  for (const byte of randomBytes(32)) body += base62[byte % 62]; // slightly uneven, which does not matter here
  let crc = 0xffffffff;
  for (const byte of Buffer.from(body)) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  let rest = (crc ^ 0xffffffff) >>> 0;
  let digits = '';
  for (let i = 0; i < 6; ++i, rest = Math.floor(rest / 62)) digits = base62[rest % 62] + digits;
  return body + digits;
}

let count = 0;

function newId() {
  const time = Date.now().toString(16).padStart(12, '0');
  const serial = (++count).toString(16).padStart(8, '0');
  return `${time}7000${'8000'}${serial}${randomBytes(2).toString('hex')}`;
}

export const schemaOf = ({ slug }) => `claviger_t_${slug.replaceAll('-', '_')}`;

// Fills one tenant of a service, which it finds by its slug: { slug, host }.
export class Seeder {
  constructor({ socket, pepperFile, tenant }) {
    this.socket = socket;
    this.schema = schemaOf(tenant);
    const [[id]] = sql(socket, `SELECT HEX(id) FROM claviger.tenants WHERE slug = '${tenant.slug}';`);
    this.hasher = new Hasher(pepperFile, Buffer.from(id, 'hex'));
  }

  // Makes approved users, each with a session and active keys named "LABEL PERSON KEY". Gives [{ id, cookie, keys:
  // [fullKey] }].
  people(label, howMany, keysEach) {
    const people = Array.from({ length: howMany }, () => ({ id: newId(), token: randomBytes(32), keys: [] }));
    const users = people.map(({ id }) => `x'${id}', '${id}@bench.example', 'Bench', 'approved', '', UTC_TIMESTAMP(6)`);
    const sessions = people.map(({ id, token }) =>
      `x'${this.hasher.hash('session', token)}', x'${id}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 11 HOUR`);
    const keys = people.flatMap((person, i) => Array.from({ length: keysEach }, (_, k) => this.#key(person, `${label} ${i} ${k}`)));
    this.sql([
      'SET NAMES utf8mb4;',
      ...this.#inserts('users (id, email, name, status, password_hash, created_at)', users),
      ...this.#inserts('sessions (token_hash, user_id, created_at, last_seen_at, expires_at)', sessions),
      ...this.#inserts('api_keys (id, user_id, name, lineage_id, generation, key_hash, pepper_version, key_prefix, created_at)', keys),
    ].join('\n'));
    return people.map(({ id, token, keys: fullKeys }) => ({ id, cookie: `claviger_session=${token.toString('base64url')}`, keys: fullKeys }));
  }

  sql(statements) {
    return sql(this.socket, statements.replaceAll('{schema}', this.schema));
  }

  #key(person, name) {
    const fullKey = newKey();
    person.keys.push(fullKey);
    const id = newId();
    return `x'${id}', x'${person.id}', '${name}', x'${id}', 1, x'${this.hasher.hash('key', fullKey)}', 1, '${fullKey.slice(0, 12)}', UTC_TIMESTAMP(6)`;
  }

  #inserts(into, rows) {
    const statements = [];
    for (let i = 0; i < rows.length; i += 1000)
      statements.push(`INSERT INTO ${this.schema}.${into} VALUES (${rows.slice(i, i + 1000).join('),(')});`);
    return statements;
  }
}
