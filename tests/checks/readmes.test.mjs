// The READMEs name files and folders that are there, and their tables name all of them. This check catches planted
// errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { brokenLinks, problemsIn, problemsOf, unusedListings } from './readmes.mjs';
import { filesOf, read, root } from './source.mjs';

const files = filesOf(root);

test('every README names what is there', () => {
  assert.deepEqual(problemsIn(root), []);
});

test('every link of a document leads to a file', () => {
  const documents = files.filter((file) => file.endsWith('.md'));
  assert.deepEqual(documents.flatMap((document) => brokenLinks(document, read(root, document), files)), []);
});

test('catches a link that leads nowhere', () => {
  const text = 'See [the rules](README.md), [the code](../domain/base/) and\n[more](../domain/none.h#there).';
  assert.deepEqual(brokenLinks('fcgi/README.md', text, files), ['fcgi/README.md:2: ../domain/none.h is not there']);
});

// Gives the result of the check for a README in which one text has been replaced.
function saysOf(readme, from, to) {
  const before = read(root, readme);
  const after = before.replace(from, to);
  assert.notEqual(after, before);
  return problemsOf(readme, after, files).map((problem) => problem.replace(/:\d+:/, ':'));
}

// Each wrong text with the README, the text that it replaces, and the message.
const planted = [
  // Names in the text.
  ['domain/README.md', '`sign_in/throttle.h`', '`sign_in/throttling.h`', 'sign_in/throttling.h is not there'],
  ['domain/README.md', '`tests/checks/layers.mjs`', '`tests/checks/layer.mjs`', 'tests/checks/layer.mjs is not there'],
  ['domain/secrets/README.md', '`password_seal.h`', '`password_seals.h`', 'password_seals.h is not there'],
  ['cli/README.md', '`row_checks.h`', '`row_check.h`', 'row_check.h is not there'],
  ['nginx/README.md', '`tests/system/nginx_*.test.mjs`', '`tests/system/web_*.test.mjs`', 'tests/system/web_*.test.mjs is not there'],
  ['persistence/README.md', '`tenant/mysql_….cpp`', '`tenant/maria_….cpp`', 'tenant/maria_….cpp is not there'],
  ['tests/README.md', '`tests/NAME/WHAT.test.mjs`', '`tests/NAME/WHAT.check.mjs`', 'tests/NAME/WHAT.check.mjs is not there'],
  ['tests/README.md', '`faults/reload`', '`faults/reloads`', 'faults/reloads is not there'],
  ['tests/migration/README.md', '`node tests/migration/record_statements.mjs`', '`node tests/migration/record.mjs`', 'tests/migration/record.mjs is not there'],
  ['nginx/systemd/README.md', '`/etc/claviger/tls/key.pem`', '`/etc/clavigers/tls/key.pem`', '/etc/clavigers/tls/key.pem is not there'],
  // Rows of tables.
  ['domain/README.md', '| `keys/` |', '| `key/` |', 'key/ is not there', 'the table "folder" does not name keys/', 'key/ is not in domain/'],
  ['domain/README.md', '| `ports/outside/` |', '| the outside |', 'the table "folder" does not name ports/outside/'],
  ['domain/fence/README.md', '| `FencedCache` |', '| cache |', 'the table "name" does not name fenced_cache.h'],
  ['domain/fence/README.md', '| `fence.pml` |', '| model |', 'the table "name" does not name fence.pml'],
  ['persistence/README.md', '| `accounts.sql` |', '| the accounts |', 'the table "folder" does not name accounts.sql'],
  ['fcgi/README.md', '`public_pages.cpp`', 'the others', 'the table "step" does not name views/public_pages.cpp'],
  ['fcgi/server/README.md', '| `lane` |', '| `lanes` |', 'the table "file" does not name lane.cpp', 'the table "file" does not name lane.h', 'lanes is not in fcgi/server/'],
  ['cli/README.md', '`exit_status.h`, ', '', 'the table "file" does not name frame/exit_status.h'],
  ['findings/README.md', '| `nginx_auth_request_408.sh` |', '| 408 |', 'the table "script" does not name nginx_auth_request_408.sh'],
  ['migrations/README.md', /`tenant_baseline\/`/g, 'the baseline', 'the text does not name tenant_baseline/'],
  ['tests/README.md', '| `galera/` | the service', '| cluster | `galera/`: the service', 'the table "suite" does not name galera/'],
  ['tests/bench/README.md', '`load.mjs`, `load.lua`', '`load.mjs`', 'the table "file" does not name load.lua'],
  ['tests/galera/README.md', '| `quorum` |', '| `domain` |', 'the table "file" does not name quorum.test.mjs', 'domain is not in tests/galera/'],
  ['tests/system/README.md', '| `tool.mjs` |', '| the tool |', 'the table "file" does not name tool.mjs'],
  // Recipes.
  ['cli/launcher/README.md', 'a line in `help.txt`', 'a line in `verbs.txt`', 'verbs.txt is not there'],
  ['fcgi/README.md', 'one row in `routes.cpp`', 'one row in `route.cpp`', 'route.cpp is not there'],
  ['migrations/README.md', '`domain/tenants/row_rules.cpp`', '`domain/tenants/rules.cpp`', 'domain/tenants/rules.cpp is not there'],
  ['nginx/README.md', 'a line in `claviger_headers`', 'a line in `claviger_header`', 'claviger_header is not there'],
  ['templates/README.md', 'in `strings.json`.', 'in `texts.json`.', 'texts.json is not there'],
  // A table that the check does not know.
  ['tests/faults/README.md', /$/, '\n| file | shows |\n|---|---|\n| `reload` | reloads |\n', 'tests/checks/readmes.mjs does not say what the table "file" must list'],
];

for (const [readme, from, to, ...problems] of planted) {
  test(`catches in ${readme}: ${problems[0]}`, () => {
    assert.deepEqual(saysOf(readme, from, to), problems.map((problem) => `${readme}: ${problem}`));
  });
}

test('shows the line of a wrong name', () => {
  const text = '# domain\n\nThe keys are\nin `keys/none.h`.\n';
  assert.equal(problemsOf('domain/README.md', text, files)[0], 'domain/README.md:4: keys/none.h is not there');
});

test('catches a new file and a new folder that no row names', () => {
  const problems = (readme, file) => problemsOf(readme, read(root, readme), [...files, file]);
  assert.deepEqual(problems('nginx/README.md', 'nginx/claviger_new.conf'), ['nginx/README.md: the table "file" does not name claviger_new.conf']);
  assert.deepEqual(problems('domain/README.md', 'domain/billing/bill.h'), ['domain/README.md: the table "folder" does not name billing/']);
});

test('catches a file that is gone', () => {
  const left = files.filter((file) => file !== 'tests/system/tool_killed.test.mjs');
  assert.deepEqual(problemsOf('cli/README.md', read(root, 'cli/README.md'), left), ['cli/README.md:32: tool_killed.test.mjs is not there']);
});

test('catches a table that is on the list and gone', () => {
  const textOf = (readme) => (readme === 'findings/README.md' ? '# findings\n' : read(root, readme));
  assert.deepEqual(unusedListings(textOf), ['tests/checks/readmes.mjs: findings/README.md has no table "script": take it off the list']);
});

test('does not take code, paths of requests or the operator\'s files for those of the repository', () => {
  const text = '`GET /v1/me`, `/etc/claviger/pepper`, `https://a.example/b`, `$CLAVIGER_VAR/log`, `a.b`, `application/problem+json`\n\n    sh `none.sh`\n';
  assert.deepEqual(problemsOf('README.md', text, files), []);
});
