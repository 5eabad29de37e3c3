// Changes lists of keys while they are measured: one list for every tenth that nginx has answered.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const listsOfAChange = 10;
const look = 50; // ms between two looks into the log
const keyShards = 768; // as in domain/fence/shard.h

// Renames a key of one user after another, in one transaction for each look. It writes to the database as a worker of
// another host does: with the change it bumps the epoch of the list's shard. `lists` are [{ schema, user, key }], with
// the user's id in hex and the first words of the key's name. `log` is nginx's access log.
export class Changer {
  constructor(socket, log, lists) {
    Object.assign(this, { log, lists, changes: 0, answered: 0, offset: 0, running: true });
    const args = ['--no-defaults', `--socket=${socket}`, `--user=${userInfo().username}`];
    this.client = spawn('mariadb', args, { stdio: ['pipe', 'ignore', 'inherit'] });
    this.ended = new Promise((resolve) => this.client.on('close', resolve));
    this.work = this.#run();
  }

  async stop() {
    this.running = false;
    await this.work;
    this.client.stdin.end();
    if ((await this.ended) !== 0) throw new Error('the database refused a change of a list');
  }

  async #run() {
    for (; this.running; await pause(look)) {
      this.answered += this.#newAnswers();
      const due = Math.floor(this.answered / listsOfAChange);
      if (due === 0) continue;
      this.answered -= due * listsOfAChange;
      this.client.stdin.write(`BEGIN;\n${Array.from({ length: due }, () => this.#change()).join('\n')}\nCOMMIT;\n`);
    }
  }

  #change() {
    const { schema, user, key } = this.lists[this.changes++ % this.lists.length];
    return `UPDATE ${schema}.api_keys SET name = '${key} ${this.changes}' WHERE user_id = x'${user}' AND live = 1 AND name LIKE '${key}%';
      UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = ${parseInt(user.slice(-4), 16) % keyShards};`;
  }

  // The lines that the log has grown by. It is emptied before each run.
  #newAnswers() {
    const size = statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.offset) this.offset = 0;
    const text = Buffer.alloc(size - this.offset);
    const file = openSync(this.log, 'r');
    const read = readSync(file, text, 0, text.length, this.offset);
    closeSync(file);
    this.offset += read;
    let lines = 0;
    for (let at = text.indexOf(10); at >= 0 && at < read; at = text.indexOf(10, at + 1)) ++lines;
    return lines;
  }
}
