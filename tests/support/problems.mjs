import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './launcher.mjs';

// Every documented pair of status and code: the service's from fcgi/README.md, nginx's own from its map.
function documented() {
  const pairs = new Set();
  const readme = readFileSync(join(root, 'fcgi/README.md'), 'utf8');
  for (const [, code, status] of readme.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)) pairs.add(`${status} ${code}`);
  const conf = readFileSync(join(root, 'nginx/claviger_http.conf'), 'utf8');
  const map = /map \$status \$claviger_error_code \{([^}]*)\}/.exec(conf)[1];
  for (const [, status, code] of map.matchAll(/(\d{3}) (\w+);/g)) pairs.add(`${status} ${code}`);
  pairs.add(`500 ${/default (\w+);/.exec(map)[1]}`);
  return pairs;
}

const pairs = documented();

// Gives what is wrong with an error answer of /api or /v1, in words, or undefined if it is right. It must be a complete
// problem document that names its own status and request id, with Cache-Control: no-store. With 502 and 503 it must
// have a Retry-After.
export function flawOf(answer) {
  if (answer.headers['content-type'] !== 'application/problem+json') return `it is ${answer.headers['content-type']}`;
  let document;
  try {
    document = answer.json();
  } catch {
    return 'it is no JSON';
  }
  for (const member of ['type', 'title', 'detail', 'error', 'code', 'requestId'])
    if (typeof document[member] !== 'string' || document[member] === '') return `it has no ${member}`;
  if (document.status !== answer.status) return `it says ${document.status} and is ${answer.status}`;
  if (document.detail !== document.error) return 'detail and error differ';
  if (!/^[a-z]+(_[a-z]+)*$/.test(document.code)) return `its code is ${document.code}`;
  if (!pairs.has(`${document.status} ${document.code}`)) return `${document.status} ${document.code} is not documented`;
  if (document.requestId !== answer.headers['x-request-id']) return "its request id is not the header's";
  if ([502, 503].includes(answer.status) && !/^[1-9]\d*$/.test(answer.headers['retry-after'] ?? '')) return 'it has no Retry-After';
  if (answer.headers['cache-control'] !== 'no-store') return `its Cache-Control is ${answer.headers['cache-control']}`;
  return undefined;
}
