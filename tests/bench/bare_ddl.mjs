// The least that making tenants can take: CREATE SCHEMA and the CREATE TABLEs of the baseline, and nothing else. So the
// time of `claviger apply` can be compared on the same server.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { root } from '../support/launcher.mjs';

const folder = join(root, 'migrations/tenant_baseline');
const tables = readdirSync(folder).sort().map((file) => readFileSync(join(folder, file), 'utf8'));

const schemaWithTables = (schema) =>
  [`CREATE SCHEMA ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`, ...tables.map((text) => text.replaceAll('{schema}', schema))].map((text) => `${text};\n`).join('');

// Runs the statements in order, on one connection of the database's administrator.
function runOn(socket, statements) {
  const child = spawn('mariadb', ['--no-defaults', `--socket=${socket}`, `--user=${userInfo().username}`], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(statements);
  return new Promise((resolve, reject) => child.on('close', (status) => (status === 0 ? resolve() : reject(new Error('the bare DDL failed')))));
}

// Makes the schemas bare_FROM to bare_TO (not included) on as many connections. Gives the time in seconds.
export async function makeBare(socket, from, to, connections) {
  const parts = Array.from({ length: connections }, () => '');
  for (let i = from; i < to; ++i) parts[i % connections] += schemaWithTables(`bare_${i}`);
  const began = process.hrtime.bigint();
  await Promise.all(parts.map((part) => runOn(socket, part)));
  return Number(process.hrtime.bigint() - began) / 1e9;
}
