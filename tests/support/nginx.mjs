// nginx with a configuration of the test, such as a site whose locations the guard protects.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { freePort, request } from './http.mjs';
import { launcherFunction, root } from './launcher.mjs';
import { hasEnded, start, stop, until } from './processes.mjs';

// The nginx of all tests. TEST_NGINX names the program of another version.
export const nginxProgram = process.env.TEST_NGINX ?? '/usr/sbin/nginx';

const user = process.getuid() === 0 ? 'user root;' : '';

// Starts nginx with the shipped configuration in a new folder. The process that listens on `socket` takes the place of
// the workers. `lines` come first in Claviger's server block. `include` names shipped files that are included last in
// it.
export async function startShipped(options) {
  const folder = newFolder();
  for (const name of ['run', 'log']) mkdirSync(join(folder, name));
  const port = await freePort();
  writeShipped(folder, port, options);
  return started(folder, port, { socket: join(folder, 'run/fcgi.sock') });
}

// Starts nginx with one server block on a free port. `http` stands before the block.
export async function startSite({ http, server }) {
  const site = await startSites({ http, servers: [server] });
  return { ...site, port: site.ports[0], request: (options) => request({ port: site.ports[0], ...options }) };
}

// Starts one nginx with a server block for each of `servers`, on free ports: { ports, … }.
export async function startSites({ http, servers }) {
  const folder = newFolder();
  mkdirSync(join(folder, 'log'));
  const distinct = new Set(); // a port that is free again may be given twice
  while (distinct.size < servers.length) distinct.add(await freePort());
  const ports = [...distinct];
  const blocks = servers.map((server, i) => `server { listen 127.0.0.1:${ports[i]}; ${server} }`);
  writeFileSync(
    join(folder, 'nginx/nginx.conf'),
    `${user} daemon off; worker_processes 1; pid nginx.pid; error_log ${folder}/log/nginx-error.log warn;
    events {}
    http { ${temporaryFolders()} access_log off; ${http}
${blocks.join('\n')}
}`,
  );
  return started(folder, ports[0], { ports });
}

// Writes FOLDER/nginx, the whole nginx configuration of the demo. TEST_STOCK_NGINX may name a nginx.conf as Debian
// ships it. Then that file is written instead, with the two includes of nginx/README.md.
export function writeShipped(folder, port, { lines = '', include = [] } = {}) {
  launcherFunction('writeNginx', folder, String(port));
  const file = join(folder, 'nginx/nginx.conf');
  const stock = process.env.TEST_STOCK_NGINX;
  if (stock) writeFileSync(file, stockOf(readFileSync(stock, 'utf8'), folder, port));
  const included = include.map((name) => `include ${name};`).join(' ');
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.replace('include claviger_server.conf;', `${lines} include claviger_server.conf; ${included}`));
}

// Gives the shipped claviger_tls.conf for these ports, this tenant's host and this certificate, and changes nothing else.
export function siteWithTls({ http, https }, host, { certificate, key }) {
  return readFileSync(join(root, 'nginx/claviger_tls.conf'), 'utf8')
    .replace(/listen \[::\]:.*\n/g, '')
    .replace('listen 80;', `listen 127.0.0.1:${http};`)
    .replace('listen 443 ', `listen 127.0.0.1:${https} `)
    .replaceAll('acme.example.com globex.example.com', host)
    .replace('/usr/local/share/claviger/public', 'public')
    .replace('/etc/claviger/tls/certificate.pem', certificate)
    .replace('/etc/claviger/tls/key.pem', key);
}

// Changes only what a test without root's rights cannot use: the account, the folders, the port.
function stockOf(text, folder, port) {
  const changed = [
    [/^user .*$/m, user],
    [/^pid .*$/m, `pid nginx.pid; daemon off;`],
    [/^error_log .*$/m, `error_log ${folder}/log/nginx-error.log;`],
    [/^include \/etc\/nginx\/modules-enabled.*$/m, ''],
    [/^(\s*)access_log .*$/m, `$1access_log ${folder}/log/stock-access.log;`],
    [/^\s*include \/etc\/nginx\/conf\.d.*$/m, `${temporaryFolders()} include claviger_http.conf;`],
    [/^\s*include \/etc\/nginx\/sites-enabled.*$/m, `server { listen 127.0.0.1:${port}; root public; include claviger_server.conf; }`],
  ];
  return changed.reduce((whole, [line, ours]) => {
    if (!line.test(whole)) throw new Error(`Debian's nginx.conf has no line ${line}`);
    return whole.replace(line, ours);
  }, text.replace(/^(?!.*error_log)/, /^\s*error_log/m.test(text) ? '' : 'error_log x;\n'));
}

const temporaryFolders = () => ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((kind) => `${kind}_temp_path ${kind};`).join(' ');

function newFolder() {
  const folder = mkdtempSync(join(dirname(process.env.TEST_CONFIG), 's-'));
  mkdirSync(join(folder, 'nginx'));
  return folder;
}

async function started(folder, port, more) {
  const log = join(folder, 'log/nginx-error.log');
  const child = start(log, nginxProgram, ['-e', log, '-p', join(folder, 'nginx'), '-c', 'nginx.conf']);
  await until('nginx to listen', () => {
    if (hasEnded(child)) throw new Error(`nginx has ended: ${readFileSync(log, 'utf8')}`);
    return request({ port, path: '/' }).catch(() => undefined);
  });
  return { port, folder, ...more, request: (options) => request({ port, ...options }), stop: () => stop(child) };
}
