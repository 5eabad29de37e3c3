// Changes lists of keys while they are measured: one list for every tenth that nginx has answered.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const listsOfAChange = 10;
const look = 50; // ms between two looks into the log
const mostAtOnce = 200; // changes: the first ones of a run open tables, which takes long
const firstListShard = 1024, listShards = 512; // as in domain/fence/shard.h

// Renames a key of one user after another, in one transaction for each look. `changes` counts those that are committed. It writes to the database as a worker of
// another host does: with the change it bumps the epoch of the list's shard. `lists` are [{ schema, user, key }], with
// the user's id in hex and the first words of the key's name. `log` is nginx's access log.
export class Changer {
  constructor(socket, log, lists) {
    Object.assign(this, { log, lists, changes: 0, answered: 0, offset: 0, running: true });
    const args = ['--no-defaults', `--socket=${socket}`, `--user=${userInfo().username}`];
    this.client = spawn('mariadb', [...args, '--unbuffered', '--delimiter=//'], { stdio: ['pipe', 'pipe', 'inherit'] });
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
      const due = Math.min(Math.floor(this.answered / listsOfAChange), mostAtOnce);
      if (due === 0) continue;
      this.answered -= due * listsOfAChange;
      await this.#change(Array.from({ length: due }, (_, i) => this.lists[(this.changes + i) % this.lists.length]));
    }
  }

  // One block, since an answer to each statement would take too long. The client prints a line once it has committed.
  async #change(lists) {
    const renamed = lists.map(({ schema, user, key }, i) =>
      `UPDATE ${schema}.api_keys SET name = '${key} ${this.changes + i}' WHERE user_id = x'${user}' AND live = 1 AND name LIKE '${key}%';`);
    const slots = lists.map(({ user }) => firstListShard + (parseInt(user.slice(-4), 16) % listShards));
    const bumped = `UPDATE claviger.list_epochs SET epoch = epoch + 1 WHERE slot IN (${slots.join()});`;
    const committed = Promise.race([once(this.client.stdout, 'data'), this.ended]);
    this.client.stdin.write(`BEGIN NOT ATOMIC\nSTART TRANSACTION;\n${renamed.join('\n')}\n${bumped}\nCOMMIT;\nSELECT 'committed';\nEND //\n`);
    await committed;
    this.changes += lists.length;
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
