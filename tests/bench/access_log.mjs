// The statuses of all answers, from the access log of nginx. Each answer of a run is checked, at no cost to the client.

import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export class AccessLog {
  constructor(file) {
    this.file = file;
  }

  clear() {
    if (existsSync(this.file)) truncateSync(this.file);
  }

  // Waits until the log stops growing. Requests that were pending when the client left are still answered and logged.
  async settled() {
    for (let size = -1; size !== statSync(this.file).size; await pause(200)) size = statSync(this.file).size;
  }

  // Throws unless each answer since clear() had this status and there were at least `requests` of them. Up to 64
  // answers may be 499.
  mustHold(status, requests) {
    const text = readFileSync(this.file, 'latin1');
    const counts = {};
    for (let at = text.indexOf('"status":'); at >= 0; at = text.indexOf('"status":', at + 12)) {
      const found = text.slice(at + 9, at + 12);
      counts[found] = (counts[found] ?? 0) + 1;
    }
    // At the end of a run wrk closes its connections. nginx logs 499 for requests that were pending then.
    const { [status]: right = 0, 499: left = 0, ...wrong } = counts;
    if (Object.keys(wrong).length > 0 || right < requests || left > 64)
      throw new Error(`not every answer was ${status}: ${JSON.stringify(counts)} of ${requests} requests`);
  }
}
