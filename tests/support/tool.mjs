// The built tool with a database of its own.
//
//   const tool = await startTool();                       // stop it in after(): await tool.stop()
//   tool.run('tenant', 'list');                           // { status, stdout, stderr }
//   tool.run({ input: 'a password\n' }, 'user', 'create', …);
//   tool.json('tenant', 'list');                          // { status, document, stderr }, run with --json

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startDatabase } from './database.mjs';
import { root } from './launcher.mjs';

export const program = join(root, 'build/cli/claviger');

// The name of the migration that runs first in an empty tenant's schema, such as 0001_users. It is one of the baseline.
export const firstTenantMigration = readdirSync(join(root, 'migrations/tenant_baseline')).sort()[0].replace(/\.sql$/, '');

// Runs the tool without configuration or database, for errors that it reports before it needs either.
export function runTool(args, options = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, { input: '', encoding: 'utf8', ...options });
  return { status, stdout, stderr };
}

// `options` are those of startDatabase.
export async function startTool(...options) {
  return new Tool(await startDatabase(...options));
}

class Tool {
  constructor(database) {
    this.database = database;
    this.config = join(database.folder, 'claviger.conf');
    this.configure({});
  }

  // Writes the configuration: that of the test run with this database and these settings.
  configure(settings) {
    const own = { ...this.database.settings, ...settings };
    const kept = readFileSync(process.env.TEST_CONFIG, 'utf8')
      .split('\n')
      .filter((line) => !(line.split('=')[0].trim() in own));
    const lines = Object.entries(own).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(this.config, [...kept, ...lines, ''].join('\n'));
  }

  // Uses from now on a copy of the migrations with these files added: { 'tenant/0099_x.sql': text }.
  addMigrations(files) {
    const folder = join(this.database.folder, 'migrations');
    cpSync(join(root, 'migrations'), folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    this.configure({ 'migrations.folder': folder });
  }

  run(...args) {
    const options = typeof args[0] === 'object' ? args.shift() : {};
    return runTool(['--config', this.config, ...args], options);
  }

  json(...args) {
    const { status, stdout, stderr } = this.run(...args, '--json');
    return { status, document: JSON.parse(stdout), stderr };
  }

  // As run(), but other code of the test can run at the same time. run() blocks the thread.
  start({ input = '' }, ...args) {
    const child = spawn(program, ['--config', this.config, ...args], { stdio: 'pipe' });
    const told = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (told[name] += chunk));
    child.stdin.on('error', () => {}); // the tool may end without reading
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...told })));
  }

  // Starts a run and kills it after some milliseconds, unless it ends before.
  async kill(milliseconds, ...args) {
    const child = spawn(program, ['--config', this.config, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    await ended;
    clearTimeout(timer);
  }

  stop() {
    return this.database.stop();
  }
}
