// The shipped nginx before all measured programs: the service, two services with one cache off, the trivial programs,
// and a guarded file. Each has its own port and kept connections.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { freePort } from '../support/http.mjs';
import { root } from '../support/launcher.mjs';
import { hasEnded, start, stop, until } from '../support/processes.mjs';
import { manyChanges, startService } from '../support/service.mjs';
import { insertTable } from './measures.mjs';
import { familyOf } from './processes.mjs';
import { schemaOf, sql } from './seed.mjs';

const database = join(dirname(process.env.TEST_CONFIG), 'db/db.sock');

// Starts a site and passes it to `work`. Stops it in the end, also if `work` throws.
export async function withSite(work) {
  const site = await startSite();
  try {
    await work(site);
  } finally {
    await site.stop();
  }
}

async function startSite() {
  const hot = await startService(manyChanges);
  const others = {
    cold: await startService({ ...manyChanges, 'verify.cache_keys': 0 }),
    unlisted: await startService({ ...manyChanges, 'keys.cache_lists': 0 }),
  };
  const tenant = hot.tenant('Bench');
  const sockets = Object.fromEntries(['trivial', 'insert'].map((name) => [name, join(hot.folder, `run/${name}.sock`)]));
  const started = (name, program, ...args) =>
    start(join(hot.folder, `log/${name}.log`), join(root, 'build/tests', program), [sockets[name], ...args]);
  makeInsertTable(tenant);
  const references = {
    trivial: started('trivial', 'bench_trivial'),
    insert: started('insert', 'bench_trivial_insert', database, userInfo().username, insertTable),
  };
  const site = new Site(hot, others, references, tenant);
  for (const each of [hot, ...Object.values(others)]) await stop(each.nginx);
  await site.extendNginx({ ...sockets, cold: others.cold.socket, unlisted: others.unlisted.socket });
  await hot.startNginx();
  await site.ready();
  return site;
}

// A copy of the columns, indexes and row format of the table of a tenant. That table has no foreign keys.
function makeInsertTable(tenant) {
  sql(database, `CREATE DATABASE IF NOT EXISTS ${insertTable.split('.')[0]}; CREATE OR REPLACE TABLE ${insertTable} LIKE ${schemaOf(tenant)}.api_keys;`);
}

class Site {
  // `others` are the services with a cache off, by the name of their port.
  constructor(hot, others, references, tenant) {
    Object.assign(this, { hot, others, references, tenant, folder: hot.folder, ports: { hot: hot.port } });
  }

  async extendNginx(sockets) {
    const folder = join(this.folder, 'nginx');
    const blocks = [];
    for (const [name, socket] of Object.entries(sockets)) {
      this.ports[name] = await freePort();
      const server = readFileSync(join(folder, 'claviger_server.conf'), 'utf8').replaceAll('fastcgi_pass claviger;', `fastcgi_pass ${name};`);
      writeFileSync(join(folder, `${name}_server.conf`), server);
      blocks.push(`upstream ${name} { server "unix:${socket}"; keepalive 16; keepalive_requests 1000000; keepalive_timeout 60s; }
        server { listen 127.0.0.1:${this.ports[name]}; root public; include ${name}_server.conf; }`);
    }
    this.ports.guarded = await freePort();
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files/report'), 'x'.repeat(1024));
    blocks.push(`server { listen 127.0.0.1:${this.ports.guarded}; root files; set $claviger_host ${this.tenant.host};
        include claviger_guard.conf; location / { auth_request /_claviger_guard; } }`);
    const file = join(folder, 'nginx.conf');
    const shipped = readFileSync(file, 'utf8').trimEnd();
    writeFileSync(file, `${shipped.slice(0, -1)}\n${blocks.join('\n')}\n}\n`);
  }

  async ready() {
    for (const [name, program] of Object.entries(this.references))
      await until(`the program "${name}" to answer`, async () => {
        if (hasEnded(program)) throw new Error(`it has ended; see ${this.folder}/log/${name}.log`);
        return (await this.hot.request({ port: this.ports[name] }).catch(() => undefined))?.status === 204;
      });
  }

  // A service with a cache off is a second host, and a change waits for other hosts. So it runs only while it is
  // measured. Gives whether the service of this port has just been started.
  async makeReady(port) {
    const wanted = this.others[port];
    for (const other of Object.values(this.others))
      if (other !== wanted && !hasEnded(other.workers)) await other.stopWorkers();
    if (!wanted) return false;
    const starts = hasEnded(wanted.workers);
    if (starts) await wanted.startWorkers();
    await until(`the service of port ${port} to answer`, async () => {
      const answer = await this.hot.request({ port: this.ports[port], path: '/readyz', host: this.tenant.host }).catch(() => undefined);
      return answer?.status === 200;
    });
    return starts;
  }

  // The processes that serve requests to this port.
  processes(port, database) {
    const workers = this.references[port] ?? (this.others[port] ?? this.hot).workers;
    return { nginx: familyOf(this.hot.nginx.pid), workers: familyOf(workers.pid), database: familyOf(database) };
  }

  async stop() {
    for (const program of Object.values(this.references)) await stop(program, 'SIGKILL'); // libfcgi makes them ignore SIGTERM
    for (const other of Object.values(this.others)) await other.stop();
    await this.hot.stop();
  }
}
