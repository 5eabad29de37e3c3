// Stands in front of the database's socket and ends a program at a step of its choice, as a crash would: no switch in
// the program, no debugger.
//
//   const proxy = await startProxy(database.socket, join(folder, 'cut.sock'));   // the tool's database.socket
//   const { steps, killed } = await proxy.run(3, program, args, input);          // SIGKILL after its third statement
//   await proxy.stop();

import { spawn } from 'node:child_process';

import { startDatabaseProxy } from './database_proxy.mjs';

const goodbye = Buffer.from([1, 0, 0, 0, 1]); // COM_QUIT, which nobody answers

export async function startProxy(target, path) {
  const proxy = new Proxy();
  const meddle = { toServer: (bytes) => proxy.count(bytes), toClient: (bytes, cut) => proxy.passAnswer(bytes, cut) };
  const { stop } = await startDatabaseProxy(target, path, meddle);
  return Object.assign(proxy, { path, stop });
}

class Proxy {
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

  count(bytes) {
    if (!bytes.equals(goodbye)) this.steps += 1;
    return bytes;
  }

  passAnswer(bytes, cut) {
    if (this.limit === undefined || this.steps < this.limit) return bytes;
    this.victim.kill('SIGKILL');
    cut();
    return undefined;
  }
}
