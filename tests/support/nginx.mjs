// nginx with a configuration of the test's own, such as a site whose locations the guard protects.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { freePort, request } from './http.mjs';
import { launcherFunction } from './launcher.mjs';
import { start, stop, until } from './processes.mjs';

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
  const folder = newFolder();
  mkdirSync(join(folder, 'log'));
  const port = await freePort();
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((kind) => `${kind}_temp_path ${kind};`);
  writeFileSync(
    join(folder, 'nginx/nginx.conf'),
    `${user} daemon off; worker_processes 1; pid nginx.pid; error_log ${folder}/log/nginx-error.log warn;
    events {}
    http { ${temporary.join(' ')} access_log off; ${http} server { listen 127.0.0.1:${port}; ${server} } }`,
  );
  return started(folder, port, {});
}

function newFolder() {
  const folder = mkdtempSync(join(dirname(process.env.TEST_CONFIG), 's-'));
  mkdirSync(join(folder, 'nginx'));
  return folder;
}

async function started(folder, port, more) {
  const log = join(folder, 'log/nginx-error.log');
  const child = start(log, '/usr/sbin/nginx', ['-e', log, '-p', join(folder, 'nginx'), '-c', 'nginx.conf']);
  await until('nginx to listen', () => request({ port, path: '/' }).catch(() => undefined));
  return { port, folder, ...more, request: (options) => request({ port, ...options }), stop: () => stop(child) };
}
