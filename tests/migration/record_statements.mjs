// Records the statements that the workers of a commit send to a tenant's schema and to the control schema. Later
// schemas are checked against them. Usage: node tests/migration/record_statements.mjs [COMMIT]. Without a commit it
// reads HEAD.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const commit = process.argv[2] ?? 'HEAD';
const git = (...args) => execFileSync('git', args, { cwd: join(here, '../..'), encoding: 'utf8' });
const filesIn = (...folders) => git('ls-tree', '-r', '--name-only', commit, ...folders).split('\n').filter(Boolean);
const sources = (...folders) => filesIn(...folders).filter((file) => file.endsWith('.cpp'));
const constant = /constexpr Sql (k\w+)\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+);/g;

// The columns that several statements share, by the names of their macros.
const macro = /#define (CLAVIGER_\w+)((?:[\s\\]*"(?:[^"\\]|\\.)*")+)/g;
const textOf = (file) => git('show', `${commit}:${file}`);
const isCode = (file) => file.endsWith('.h') || file.endsWith('.cpp');
const defined = filesIn('persistence/').filter(isCode).flatMap((file) => [...textOf(file).matchAll(macro)]);
const macros = new Map(defined.map(([, name, literals]) => [name, literals.replaceAll('\\\n', '\n')]));

const statementsOf = (file) => {
  const source = textOf(file).replace(/\bCLAVIGER_\w+/g, (name) => macros.get(name) ?? name);
  const found = [...source.matchAll(constant)].map(([, name, literals]) => {
    const text = [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('');
    return `${file.split('/').pop()} ${name}: ${text}`;
  });
  const there = source.split('constexpr Sql ').length - 1;
  if (found.length !== there) throw new Error(`${file} has ${there} statements, and ${found.length} of them can be read`);
  return found;
};

function record(name, files) {
  const lines = files.flatMap(statementsOf);
  const recording = join(here, 'statements', `${name}.txt`);
  writeFileSync(recording, lines.join('\n') + '\n');
  console.log(`${lines.length} statements in ${recording}`);
}

const version = (folder) => String(filesIn(folder).length).padStart(4, '0'); // migrations count without a gap
record(version('migrations/tenant/'), sources('persistence/tenant'));
record(`control_${version('migrations/control/')}`, [
  ...sources('persistence/fence'), 'persistence/control/mysql_tenant_directory.cpp', 'persistence/connection/transactions.cpp',
]);
