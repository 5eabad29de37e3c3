// A proxy before the database's socket. It kills a program at a chosen step, as a crash would. The program needs no
// switch for that, and no debugger.
//
//   const proxy = await startProxy(database.socket, join(folder, 'cut.sock'));   // the tool's database.socket
//   const { steps, killed } = await proxy.run(3, program, args, input);          // SIGKILL after its third statement
//   await proxy.stop();

import { spawn } from 'node:child_process';

import { startDatabaseProxy } from './database_proxy.mjs';

const goodbye = Buffer.from([1, 0, 0, 0, 1]); // COM_QUIT, which gets no answer

export async function startProxy(target, path) {
  const proxy = new Proxy();
  const meddle = { toServer: (bytes) => proxy.count(bytes), toClient: (bytes, cut) => proxy.passAnswer(bytes, cut) };
  const { stop } = await startDatabaseProxy(target, path, meddle);
  return Object.assign(proxy, { path, stop });
}

class Proxy {
  // Runs the program until the server has answered its n-th message. The program is killed before it can read that
  // answer. Without n the program runs to its end.
  async run(n, program, args, input = '') {
    this.steps = 0;
    this.limit = n;
    this.victim = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.victim;
    stdin.on('error', () => {}); // the program may have ended before it read
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
