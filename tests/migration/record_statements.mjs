// Writes down the statements that the code of a commit sends to a tenant's schema, so that a later schema can be held
// against them: node tests/migration/record_statements.mjs [COMMIT]. Without a commit, HEAD's.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const commit = process.argv[2] ?? 'HEAD';
const git = (...args) => execFileSync('git', args, { cwd: join(here, '../..'), encoding: 'utf8' });

const version = git('show', `${commit}:domain/tenants/schema_version.h`).match(/kTenantSchemaVersion = (\d+)/)[1];
const files = git('ls-tree', '-r', '--name-only', commit, 'persistence/tenant').split('\n').filter((file) => file.endsWith('.cpp'));
const constant = /constexpr Sql (k\w+)\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+);/g;

const lines = files.flatMap((file) =>
  [...git('show', `${commit}:${file}`).matchAll(constant)].map(([, name, literals]) => {
    const text = [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('');
    return `${file.split('/').pop()} ${name}: ${text}`;
  }),
);
const recording = join(here, 'statements', `${version.padStart(4, '0')}.txt`);
writeFileSync(recording, lines.join('\n') + '\n');
console.log(`${lines.length} statements in ${recording}`);
