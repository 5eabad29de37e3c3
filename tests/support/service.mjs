// A complete private service for one test file: workers, nginx and tenants of its own on the test database.
//
//   const service = await startService();              // stop it in after(): await service.stop()
//   const tenant = service.tenant();                   // fresh: { slug, host, name }
//   const user = service.user(tenant);                 // approved: { email, password }
//   const visitor = await service.signedIn(tenant, user);
//   const key = await visitor.createKey('Scripts');    // { id, fullKey, … }
//   await service.verify(tenant, key.fullKey);         // the answer of GET /v1/verify
//   service.tool(['tenant', 'list']);                  // { status, stdout, stderr } of the built tool

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { sql } from './database.mjs';
import { freePort, request, Visitor } from './http.mjs';
import { root } from './launcher.mjs';
import { nginxProgram, writeShipped } from './nginx.mjs';
import { childrenOf, hasEnded, shown, start, stop, until } from './processes.mjs';

const testConfig = process.env.TEST_CONFIG;
if (!testConfig) throw new Error('these tests need a database: run them by ./claviger test');

// The settings for tests that create and regenerate more keys than one user may in an hour.
export const manyChanges = { 'limits.changes': 'off' };

const random = () => randomBytes(5).toString('hex');

// Starts a service in a new folder of `parent`. `settings` are lines of claviger.conf that replace the test run's, such
// as { 'fcgi.workers': 2 }. Its workers run `program`, by the command `within` if there is one. `nginx` are the options
// of writeShipped.
export async function startService(settings = {}, options = {}) {
  const service = new Service(await freePort(), settings, options);
  try {
    if ('database.socket' in settings) service.mustTool(['migrate']); // the test run's database is migrated already
    await service.startWorkers();
    await service.startNginx();
  } catch (error) {
    const told = service.logs().split('\n').slice(-40).join('\n');
    await service.stop();
    throw new Error(`the service did not start: ${error.message}\n${told}`);
  }
  return service;
}

class Service {
  constructor(port, settings, { parent = dirname(testConfig), program = join(root, 'build/fcgi/claviger-fcgi'), within = [], nginx }) {
    Object.assign(this, { port, program, within });
    this.ends = [];
    this.folder = mkdtempSync(join(parent, 's-'));
    for (const name of ['run', 'log', 'nginx']) mkdirSync(join(this.folder, name));
    this.config = join(this.folder, 'claviger.conf');
    this.socket = join(this.folder, 'run/fcgi.sock');
    const own = { 'fcgi.socket': this.socket, 'run.folder': join(this.folder, 'run'), 'fcgi.workers': 2, ...settings };
    const kept = readFileSync(testConfig, 'utf8')
      .split('\n')
      .filter((line) => !(line.split('=')[0].trim() in own));
    const lines = [...kept, ...Object.entries(own).map(([name, value]) => `${name} = ${value}`)];
    writeFileSync(this.config, lines.join('\n') + '\n');
    writeShipped(this.folder, port, nginx);
  }

  // --- its processes ---

  async startWorkers() {
    const [command, ...args] = [...this.within, this.program, this.config];
    this.workers = start(join(this.folder, 'log/claviger-fcgi.log'), command, args);
    if (this.nginx && !hasEnded(this.nginx)) await this.ready();
  }

  async startNginx() {
    const log = join(this.folder, 'log/nginx-error.log');
    this.nginx = start(log, nginxProgram, ['-e', log, '-p', join(this.folder, 'nginx'), '-c', 'nginx.conf']);
    await this.ready();
  }

  stopWorkers() {
    return stop(this.workers);
  }

  // The child processes of the master.
  children() {
    const pids = childrenOf(this.workers.pid);
    const are = (role) => pids.filter((pid) => shown(`/proc/${pid}/environ`).includes(`FASTCGI_${role}_OF`));
    return { poller: are('POLLER')[0], workers: are('WORKER') };
  }

  async ready() {
    await until('the service to be ready', async () => {
      for (const child of [this.workers, this.nginx]) {
        if (hasEnded(child)) throw new Error(`${child.spawnargs.at(3)} has ended`);
      }
      return (await this.request({ path: '/readyz' }).catch(() => undefined))?.status === 200;
    });
  }

  // Registers `end`, which stop() calls. So a background task of a test ends even if the test fails before it ends the
  // task.
  beforeStop(end) {
    this.ends.push(end);
  }

  async stop() {
    await Promise.all(this.ends.map((end) => end()));
    if (this.nginx) await stop(this.nginx);
    if (this.workers) await stop(this.workers);
    rmSync(this.folder, { recursive: true });
  }

  // --- tenants and users of its own ---

  tool(args, { input } = {}) {
    return spawnSync(join(root, 'build/cli/claviger'), ['--config', this.config, ...args], { input, encoding: 'utf8' });
  }

  tenant(name = 'Initech', { domain = 'localhost' } = {}) {
    const slug = `t${random()}`;
    const tenant = { slug, host: `${slug}.${domain}`, name };
    this.mustTool(['tenant', 'create', slug, '--host', tenant.host, '--name', name]);
    return tenant;
  }

  user(tenant, { email = `u${random()}@initech.example`, password = `pw-${random()}-${random()}`, pending = false } = {}) {
    const args = ['user', 'create', '--tenant', tenant.slug, '--email', email, '--password-stdin'];
    this.mustTool(pending ? [...args, '--pending'] : args, { input: `${password}\n` });
    return { email, password };
  }

  // Runs the tool and throws unless it succeeds.
  mustTool(args, options) {
    const { status, stderr } = this.tool(args, options);
    if (status !== 0) throw new Error(`claviger ${args.join(' ')} gave ${status}: ${stderr}`);
  }

  // Runs statements in its database, as database.sql does.
  sql(statements) {
    return sql(readFileSync(this.config, 'utf8').match(/^database\.socket = (.*)$/m)[1], statements);
  }

  // --- requests to it ---

  request(options) {
    return request({ port: this.port, ...options });
  }

  visitor(tenant) {
    return new Visitor(this.port, tenant.host);
  }

  async signedIn(tenant, user) {
    const visitor = this.visitor(tenant);
    const answer = await visitor.signIn(user);
    if (answer.status !== 303) throw new Error(`the sign-in was refused: ${answer.status}`);
    return visitor;
  }

  verify(tenant, fullKey) {
    return this.request({ host: tenant.host, path: '/v1/verify', headers: { Authorization: `Bearer ${fullKey}` } });
  }

  // --- its logs ---

  log(name) {
    return readFileSync(join(this.folder, 'log', name), 'utf8');
  }

  // The lines of the workers' log for an event, newest last: { time, event, … }.
  events(name) {
    return this.log('claviger-fcgi.log')
      .split('\n')
      .filter((line) => line.includes(`"event":"${name}"`))
      .map((line) => JSON.parse(line));
  }

  // All its log files, each under its name.
  logs() {
    return readdirSync(join(this.folder, 'log'))
      .map((name) => `--- ${name}\n${this.log(name)}`)
      .join('\n');
  }
}
