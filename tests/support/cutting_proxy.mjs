// Stands in front of the database's socket and ends a program at a step of its choice, as a crash would: no switch in
// the program, no debugger.
//
//   const proxy = await startProxy(database.socket, join(folder, 'cut.sock'));   // the tool's database.socket
//   const { steps, killed } = await proxy.run(3, program, args, input);          // SIGKILL after its third statement
//   await proxy.stop();

import { spawn } from 'node:child_process';
import net from 'node:net';

const goodbye = Buffer.from([1, 0, 0, 0, 1]); // COM_QUIT, which nobody answers

export async function startProxy(target, path) {
  const proxy = new Proxy(target, path);
  await new Promise((resolve) => proxy.server.listen(path, resolve));
  return proxy;
}

class Proxy {
  constructor(target, path) {
    this.path = path;
    this.server = net.createServer((client) => this.#pass(client, net.connect(target)));
  }

  // Runs the program until the server has answered what it sent as its n-th message; the program never reads that
  // answer. Without n it runs to its end.
  async run(n, program, args, input = '') {
    this.steps = 0;
    this.limit = n;
    this.victim = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.victim;
    stdin.on('error', () => {}); // it may have died before it read
    stdin.end(input);
    let told = '';
    let errors = '';
    stdout.on('data', (chunk) => (told += chunk));
    stderr.on('data', (chunk) => (errors += chunk));
    const [status, signal] = await new Promise((resolve) => this.victim.on('close', (...how) => resolve(how)));
    return { steps: this.steps, killed: signal === 'SIGKILL', status, stdout: told, stderr: errors };
  }

  stop() {
    return new Promise((resolve) => this.server.close(resolve));
  }

  #pass(client, upstream) {
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (!bytes.equals(goodbye)) this.steps += 1;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (this.limit !== undefined && this.steps >= this.limit) {
        this.victim.kill('SIGKILL');
        cut();
      } else {
        client.write(bytes);
      }
    });
    for (const end of [client, upstream]) end.on('error', cut).on('close', cut);
  }
}
