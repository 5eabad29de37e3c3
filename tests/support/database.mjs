// A MariaDB for one test file, for tests that kill it. The launcher's functions make it; the test runs it.
//
//   const database = await startDatabase();
//   const service = await startService(database.settings);
//   await database.kill();                          // as a crash does
//   await database.start();

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { launcherFunction } from './launcher.mjs';
import { start, stop, until } from './processes.mjs';

// `options` are the server's, such as --general-log. Before them may stand { parent }, the folder in which the
// database's folder is made. A kill loses nothing that the server has acknowledged.
export async function startDatabase(...options) {
  const { parent = dirname(process.env.TEST_CONFIG) } = typeof options[0] === 'object' ? options.shift() : {};
  const database = new Database(parent, options);
  await database.start();
  return database;
}

// A server that the test has started and may kill or freeze. `server` is its process, `socket` its socket.
export class Server {
  kill() {
    return stop(this.server, 'SIGKILL');
  }

  freeze() {
    this.server.kill('SIGSTOP');
  }

  thaw() {
    this.server.kill('SIGCONT');
  }

  // Runs statements as the server's administrator. Gives what they print, or undefined if the client fails: the server
  // does not answer, or refuses a statement.
  sql(statements) {
    return sql(this.socket, statements);
  }

  // The names of the tables that a schema has.
  tablesOf(schema) {
    return this.sql(`SELECT table_name FROM information_schema.tables WHERE table_schema = '${schema}' ORDER BY table_name`).split('\n');
  }

  // The name of a tenant's role; formerRoleOf gives the one of earlier releases.
  roleOf(slug) {
    return `clv_${base32(this.#idOf(slug))}`;
  }

  formerRoleOf(slug) {
    return `clv_${this.#idOf(slug).slice(16)}`;
  }

  #idOf(slug) {
    return this.sql(`SELECT LOWER(HEX(id)) FROM claviger.tenants WHERE slug = '${slug}'`);
  }
}

class Database extends Server {
  constructor(parent, options) {
    super();
    this.options = options;
    this.folder = mkdtempSync(join(parent, 'd-'));
    this.socket = join(this.folder, 'db/db.sock');
    launcherFunction('makeFolder', this.folder);
    launcherFunction('makeSecrets', this.folder);
    launcherFunction('startDatabase', this.folder); // makes the data and the accounts; this server ends with its shell
    this.settings = {
      'database.socket': this.socket,
      'database.worker_password_file': join(this.folder, 'secrets/worker_password'),
      'database.tool_password_file': join(this.folder, 'secrets/tool_password'),
      'database.prune_password_file': join(this.folder, 'secrets/prune_password'),
    };
  }

  // Waits until the server answers. If `statements` are given, the server runs them before it accepts connections.
  async start(statements) {
    await until('the last server to be gone', () => !this.#answers());
    const asRoot = process.getuid() === 0 ? ['--user=root'] : [];
    const files = [`--datadir=${this.folder}/db/data`, `--socket=${this.socket}`, `--pid-file=${this.folder}/db/pid`];
    const options = ['--skip-networking', '--skip-name-resolve', '--character-set-server=utf8mb4', '--innodb-log-file-size=16M'];
    const first = join(this.folder, 'first.sql');
    if (statements) writeFileSync(first, `${statements};\n`);
    const early = statements ? [`--init-file=${first}`] : [];
    this.server = start(join(this.folder, 'log/mariadb.log'), '/usr/sbin/mariadbd', ['--no-defaults', ...asRoot, ...files, ...options, ...early, ...this.options]);
    await until('the database to answer', () => this.#answers());
  }

  // Shuts the server down as its administrator would. After that its folder can be copied.
  shutDown() {
    return stop(this.server);
  }

  async stop() {
    await stop(this.server, 'SIGKILL');
    rmSync(this.folder, { recursive: true });
  }

  #answers() {
    return this.sql('DO 1') !== undefined;
  }
}

function base32(hex) {
  const bits = [...hex].map((digit) => parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  return bits.match(/.{1,5}/g).map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

// Runs statements as the server's administrator. Gives what they print, or undefined if the client fails: no answer
// within 10 s, or a refused statement.
export function sql(socket, statements) {
  const options = ['--no-defaults', `--socket=${socket}`, '--batch', '--skip-column-names'];
  const { status, stdout } = spawnSync('mariadb', [...options, `--execute=${statements}`], { encoding: 'utf8', timeout: 10_000, maxBuffer: 1 << 26 });
  return status === 0 ? stdout.trim() : undefined;
}
