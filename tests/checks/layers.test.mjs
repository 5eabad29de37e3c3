// The dependencies between the folders are as declared, and this check catches planted violations.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { leaksIn } from './layers.mjs';
import { copyOf, filesOf, lineAt, read, root, withoutComments } from './source.mjs';

const code = ['domain', 'persistence', 'fcgi', 'cli'];

test('no folder includes what it may not', () => {
  assert.deepEqual(leaksIn(root), []);
});

test('the tests too include from the root of the repository', () => {
  const climbing = filesOf(root, 'tests', ['.h', '.cpp']).filter((file) => /#\s*include\s*"\.\.?\//.test(read(root, file)));
  assert.deepEqual(climbing, []);
});

test('no migration leaves its schema', () => {
  const leaving = filesOf(root, 'migrations', ['.sql']).filter((file) => /^\s*USE\s/im.test(read(root, file)));
  assert.deepEqual(leaving, []);
});

const planted = [
  ['domain/model/key_name.cpp', '#include "fcgi/http/request.h"', 'domain/ may not include it'],
  ['domain/model/email.h', '#include <Poco/String.h>', 'only in persistence/, fcgi/, cli/'],
  ['domain/base/id.cpp', '#include <sodium.h>', 'only in domain/secrets/'],
  ['domain/base/id.cpp', '#include <boost/uuid.hpp>', 'nobody has said'],
  ['persistence/tenant/columns.cpp', '#include "fcgi/http/request.h"', 'persistence/ may not include it'],
  ['persistence/tenant/columns.cpp', '  #  include <Poco/JSON/Object.h>', 'only in fcgi/json/, cli/'],
  ['persistence/tenant/columns.cpp', 'constexpr auto kStep = "use claviger";', 'USE is never sent'],
  ['fcgi/dispatcher.cpp', '#include "persistence/connection/connections.h"', 'fcgi/ may not include it'],
  ['fcgi/dispatcher.cpp', '#include <fcgiapp.h>', 'only in fcgi/server/'],
  ['fcgi/dispatcher.cpp', '#include <ctemplate/template.h>', 'only in fcgi/views/'],
  ['fcgi/http/request.cpp', '#include "../../domain/base/id.h"', 'rooted at the repository'],
  ['cli/program.cpp', '#include "persistence/schema/migrator.h"', 'cli/ may not include it'],
  ['cli/program.cpp', '#include "fcgi/http/request.h"', 'cli/ may not include it'],
  ['domain/model/email.cpp', '#include "domain/keys/key_issuer.h"', 'domain/model/ may not include domain/keys/'],
  ['domain/keys/key_issuer.cpp', '#include "domain/tenants/parallel.h"', 'domain/keys/ may not include domain/tenants/'],
  ['persistence/schema/migrator.cpp', '#include "persistence/control/tenant_rows.h"', 'persistence/schema/ may not include persistence/control/'],
  ['fcgi/http/path.cpp', '#include "fcgi/routes.h"', 'fcgi/http/ may not include a file that composes rooms'],
  ['cli/frame/help.cpp', '#include "cli/commands/key_commands.h"', 'cli/frame/ may not include cli/commands/'],
];

for (const [file, line, reason] of planted) {
  test(`catches ${line} in ${file}`, (context) => {
    const copy = copyOf(context, code);
    appendFileSync(join(copy, file), `\n${line}\n`);
    const leaks = leaksIn(copy);
    assert.equal(leaks.length, 1);
    assert.ok(leaks[0].startsWith(`${file}:${lineAt(readFileSync(join(copy, file), 'utf8').trimEnd(), Infinity)}:`), leaks[0]);
    assert.ok(leaks[0].includes(reason), leaks[0]);
  });
}

test('catches a composer that composes no more', (context) => {
  const copy = copyOf(context, code);
  const file = join(copy, 'cli/composition.cpp');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/#include "persistence\/[^\n]*\n/g, ''));
  assert.deepEqual(leaksIn(copy), ['tests/checks/layers.mjs: cli/composition.cpp is no composer any more: take it off the list']);
});

test('does not take a comment for a leak', () => {
  assert.equal(withoutComments('a // #include "fcgi/x.h"\nb /* "USE x" */ c "// kept" \'"\' // gone').includes('fcgi'), false);
  assert.equal(withoutComments('x = "// kept";'), 'x = "// kept";');
});
