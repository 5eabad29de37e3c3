// Three nodes of MariaDB Galera on this machine, for tests that kill them. The configuration is the one that
// persistence/README.md advises.
//
//   const cluster = await startCluster();
//   const service = await cluster.service();         // the first node is its writer
//   await cluster.nodes[0].kill();
//   await cluster.nodes[0].rejoin();
//   await service.stop(); await cluster.stop();

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Server } from './database.mjs';
import { freePort } from './http.mjs';
import { launcherFunction } from './launcher.mjs';
import { hasEnded, start, stop, until } from './processes.mjs';
import { manyChanges, startService } from './service.mjs';

const transferScripts = process.env.TEST_STATE_TRANSFER; // where wsrep_sst_rsync is, unless MariaDB is installed as a service
const isRoot = process.getuid() === 0;
const asRoot = isRoot ? ['--user=root'] : [];

// Run by root, the nodes find this script before rsync itself. As a daemon rsync would become the user `nobody`, who
// may write nowhere. The nodes look in /usr/bin first, so BASH_ENV sets the PATH of their scripts.
const rsyncOfRoot = `#!/bin/sh
case " $* " in *' --daemon '*) exec /usr/bin/rsync "$@" --dparam=uid=root --dparam=gid=root ;; esac
exec /usr/bin/rsync "$@"
`;

// A node of which the others have not heard for `suspect` seconds counts as failed.
export async function startCluster({ suspect = 2 } = {}) {
  const folder = mkdtempSync(join(dirname(process.env.TEST_CONFIG), 'c-'));
  const ports = [];
  for (let i = 0; i < 3; i += 1) ports.push({ sql: await freePort(), group: await freePort(), increments: await freePort(), whole: await freePort() });
  const cluster = new Cluster(folder, ports, suspect);
  try {
    await cluster.start();
  } catch (error) {
    const logs = cluster.nodes.map((node) => node.log().split('\n').slice(-40).join('\n'));
    await cluster.stop();
    throw new Error(`${error.message}\n${logs.join('\n---\n')}`);
  }
  return cluster;
}

class Cluster {
  constructor(folder, ports, suspect) {
    this.folder = folder;
    const environment = { ...process.env, PATH: `${process.env.PATH}:${transferScripts}` };
    if (isRoot) {
      writeFileSync(join(folder, 'rsync'), rsyncOfRoot, { mode: 0o700 });
      environment.BASH_ENV = join(folder, 'bash_env');
      writeFileSync(environment.BASH_ENV, `PATH=${folder}:$PATH\n`);
    }
    this.nodes = ports.map((own, i) => new Node(join(folder, `n${i}`), own, ports, { environment, suspect }));
  }

  async start() {
    const [first, ...others] = this.nodes;
    first.install();
    await first.start('--wsrep-new-cluster');
    launcherFunction('makeFolder', this.folder);
    launcherFunction('makeSecrets', this.folder);
    launcherFunction('accountsAt', first.socket, this.folder);
    for (const node of others) await node.start(); // empty: the first node fills it
  }

  // The settings of a service that prefers the nodes in this order.
  settings(nodes = this.nodes) {
    return {
      'database.socket': '',
      'database.host': nodes.map(({ ports }) => `127.0.0.1:${ports.sql}`).join(', '),
      'database.tls': 'off',
      'database.timeout_seconds': 5,
      'database.worker_password_file': join(this.folder, 'secrets/worker_password'),
      'database.tool_password_file': join(this.folder, 'secrets/tool_password'),
      'database.prune_password_file': join(this.folder, 'secrets/prune_password'),
    };
  }

  // Starts a service that prefers `nodes` in this order. Its sql() queries the first node of the cluster that runs.
  async service(nodes, options) {
    const service = await startService({ ...this.settings(nodes), ...manyChanges }, options);
    service.sql = (statements) => this.nodes.find((node) => node.runs()).freshly(statements);
    return service;
  }

  // Gives the number of connections that the service has to each node; NaN for a node that does not answer.
  connections() {
    return this.nodes.map((node) => Number(node.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'claviger%'") ?? NaN));
  }

  async stop() {
    for (const node of this.nodes) {
      await Promise.all(node.sessions.map((session) => session.end())); // left open by a failed test
      if (node.runs()) await node.kill();
    }
    rmSync(this.folder, { recursive: true });
  }
}

class Node extends Server {
  constructor(folder, ports, all, { environment, suspect }) {
    super();
    Object.assign(this, { folder, ports, environment, socket: join(folder, 's'), sessions: [] });
    mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
    const group = all.map((each) => `127.0.0.1:${each.group}`).join();
    const provider = [`gmcast.listen_addr=tcp://127.0.0.1:${ports.group}`, `ist.recv_addr=127.0.0.1:${ports.increments}`, 'gcache.size=64M',
      'evs.keepalive_period=PT0.5S', 'evs.inactive_check_period=PT0.5S', `evs.suspect_timeout=PT${suspect}S`, `evs.inactive_timeout=PT${2 * suspect}S`];
    const options = {
      datadir: join(folder, 'data'), socket: this.socket, 'pid-file': join(folder, 'pid'), port: ports.sql, 'bind-address': '127.0.0.1',
      'character-set-server': 'utf8mb4', 'innodb-log-file-size': '16M', 'innodb-buffer-pool-size': '64M', 'innodb-autoinc-lock-mode': 2,
      'binlog-format': 'ROW', 'innodb-flush-log-at-trx-commit': 1,
      'wsrep-on': 'ON', 'wsrep-provider': '/usr/lib/galera/libgalera_smm.so', 'wsrep-cluster-name': 'claviger', 'wsrep-cluster-address': `gcomm://${group}`,
      'wsrep-node-name': `n${all.indexOf(ports)}`, 'wsrep-node-address': `127.0.0.1:${ports.group}`, 'wsrep-node-incoming-address': `127.0.0.1:${ports.sql}`,
      'wsrep-provider-options': provider.join(';'), 'wsrep-sst-method': 'rsync', 'wsrep-sst-receive-address': `127.0.0.1:${ports.whole}`, 'wsrep-slave-threads': 2,
    };
    this.datadir = options.datadir;
    this.defaults = `--defaults-file=${join(folder, 'my.cnf')}`;
    const lines = Object.entries(options).map(([name, value]) => `${name} = "${value}"`);
    writeFileSync(join(folder, 'my.cnf'), ['[mysqld]', ...lines, ''].join('\n'));
  }

  install() {
    const options = ['--no-defaults', ...asRoot, `--datadir=${this.datadir}`, '--skip-test-db', '--auth-root-authentication-method=socket', '--innodb-log-file-size=16M'];
    const { status, stderr } = spawnSync('mariadb-install-db', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`no database was made: ${stderr}`);
  }

  // Waits until the node is synced with the others, for 60 s at most.
  async start(...more) {
    const log = join(this.folder, 'log');
    this.server = start(log, '/usr/sbin/mariadbd', [this.defaults, ...asRoot, ...more], { env: this.environment });
    await until('a node to be synced', () => {
      if (hasEnded(this.server)) throw new Error('a node has ended');
      return this.isSynced();
    }, 60);
  }

  // Starts the node after a crash. The node first finds the position at which it stopped, so that the others send only
  // the later changes.
  rejoin() {
    const { stdout, stderr } = spawnSync('/usr/sbin/mariadbd', [this.defaults, ...asRoot, '--wsrep-recover', '--disable-log-error'], { encoding: 'utf8', env: this.environment });
    const position = /Recovered position: (\S+)/.exec(stdout + stderr)?.[1];
    if (position === undefined) throw new Error(`the node does not know where it stopped: ${stdout}${stderr}`);
    return this.start(`--wsrep-start-position=${position}`);
  }

  runs() {
    return this.server !== undefined && !hasEnded(this.server);
  }

  // Cuts the node off from the other nodes, not from its clients. Waits until the node has noticed that.
  async cutOff() {
    this.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'");
    await until('the node to be out of the cluster', () => this.status('wsrep_ready') === 'OFF');
  }

  reconnect() {
    this.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'");
  }

  isSynced() {
    return this.status('wsrep_local_state_comment') === 'Synced';
  }

  log() {
    try {
      return readFileSync(join(this.folder, 'log'), 'utf8');
    } catch {
      return ''; // it was never started
    }
  }

  // As sql(), but includes everything that was committed before on any node.
  freshly(statements) {
    return this.sql(`SET SESSION wsrep_sync_wait = 1; ${statements}`);
  }

  // A status variable of the server, also outside its cluster; undefined if the server does not answer.
  status(name) {
    return this.sql(`SHOW GLOBAL STATUS LIKE '${name}'`)?.split('\t')[1];
  }

  // Opens a session of the administrator that stays open. Its run() waits until the statements have ended.
  session() {
    const session = new Session(this.socket);
    this.sessions.push(session);
    return session;
  }
}

class Session {
  constructor(socket) {
    this.client = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'mariadb', '--no-defaults', `--socket=${socket}`, '--batch', '--skip-column-names', '--unbuffered', '--force'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.told = '';
    this.client.stdout.on('data', (bytes) => (this.told += bytes));
  }

  async run(statements) {
    const mark = `done ${(this.marks = (this.marks ?? 0) + 1)}`;
    this.client.stdin.write(`${statements};\nSELECT '${mark}';\n`);
    await until(`"${statements}" to end`, () => this.told.includes(mark));
  }

  end() {
    this.client.stdin.end();
    return stop(this.client);
  }
}
