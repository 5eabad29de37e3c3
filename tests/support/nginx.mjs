// nginx with a configuration of the test's own, such as a site whose locations the guard protects.

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { freePort, request } from './http.mjs';
import { launcherFunction } from './launcher.mjs';
import { hasEnded, start, stop, until } from './processes.mjs';

// The program of all tests; TEST_NGINX names another version.
export const nginxProgram = process.env.TEST_NGINX ?? '/usr/sbin/nginx';

const user = process.getuid() === 0 ? 'user root;' : '';

// The shipped configuration in a folder of its own; whoever listens on `socket` stands for the workers.
export async function startShipped() {
  const folder = newFolder();
  for (const name of ['run', 'log']) mkdirSync(join(folder, name));
  const port = await freePort();
  launcherFunction('writeNginx', folder, String(port));
  return started(folder, port, { socket: join(folder, 'run/fcgi.sock') });
}

// One server block, on a free port, with `http` before it.
export async function startSite({ http, server }) {
  const site = await startSites({ http, servers: [server] });
  return { ...site, port: site.ports[0], request: (options) => request({ port: site.ports[0], ...options }) };
}

// One nginx with a server block for each of `servers`, on free ports: { ports, … }.
export async function startSites({ http, servers }) {
  const folder = newFolder();
  mkdirSync(join(folder, 'log'));
  const ports = [];
  for (const _ of servers) ports.push(await freePort());
  const blocks = servers.map((server, i) => `server { listen 127.0.0.1:${ports[i]}; ${server} }`);
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((kind) => `${kind}_temp_path ${kind};`);
  writeFileSync(
    join(folder, 'nginx/nginx.conf'),
    `${user} daemon off; worker_processes 1; pid nginx.pid; error_log ${folder}/log/nginx-error.log warn;
    events {}
    http { ${temporary.join(' ')} access_log off; ${http}
${blocks.join('\n')}
}`,
  );
  return started(folder, ports[0], { ports });
}

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
