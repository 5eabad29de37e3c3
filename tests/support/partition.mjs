// A network of its own, in which packets can be dropped. The database is reached from it over TCP. The network ends
// with the process that holds it.
//
//   const network = await startNetwork(database.socket);
//   const host = await startService(database.settings, { within: network.within });  // its workers run in that network
//   network.drop();                                  // from now on no packet to or from the database arrives
//   network.pass();
//   await network.stop();

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const port = 13306; // of the network's own loopback
const relay = fileURLToPath(new URL('tcp_relay.mjs', import.meta.url));

export async function startNetwork(socket) {
  // Without root, a user namespace gives the rights that are needed.
  const spaces = process.getuid() === 0 ? ['--net'] : ['--net', '--map-root-user'];
  const holder = spawn('unshare', [...spaces, 'setpriv', '--pdeathsig', 'KILL', '--', 'sh', '-c', `ip link set lo up && exec "$@"`, 'sh', process.execPath, relay, String(port), socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [ready] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (!String(ready).startsWith('ready')) throw new Error(`there is no network: ${ready}`);
  return new Network(holder);
}

class Network {
  constructor(holder) {
    this.holder = holder;
    const asUser = process.getuid() === 0 ? [] : ['--user', '--preserve-credentials'];
    this.enter = ['nsenter', `--target=${holder.pid}`, '--net', ...asUser, '--'];
    const overTcp = ['CLAVIGER_DATABASE_SOCKET=', 'CLAVIGER_DATABASE_HOST=127.0.0.1', `CLAVIGER_DATABASE_PORT=${port}`, 'CLAVIGER_DATABASE_TLS=off'];
    this.within = [...this.enter, 'env', ...overTcp];
    this.#nft(`add table inet test; add chain inet test out { type filter hook output priority 0; }`);
  }

  drop() {
    this.#nft(`add rule inet test out tcp dport ${port} drop; add rule inet test out tcp sport ${port} drop`);
  }

  pass() {
    this.#nft('flush chain inet test out');
  }

  async stop() {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    this.holder.kill('SIGKILL');
    await once(this.holder, 'exit');
  }

  #nft(rules) {
    const [command, ...args] = [...this.enter, 'nft', rules];
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`nft refused: ${error?.message ?? stderr}`);
  }
}
