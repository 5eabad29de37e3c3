// No test can be written and then never run, and this check catches planted ones.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { problemsIn } from './registered.mjs';
import { copyOf, root } from './source.mjs';

test('every test is registered and built', () => {
  assert.deepEqual(problemsIn(root), []);
});

const fixture = 'tests/unit/model/key_name_test.cpp';

// Gives the result of the check for a copy in which one text has been replaced.
function saysOf(context, file, from, to) {
  const copy = copyOf(context, ['tests']);
  const before = readFileSync(join(copy, file), 'utf8');
  const after = before.replace(from, to);
  assert.notEqual(after, before);
  writeFileSync(join(copy, file), after);
  return problemsIn(copy);
}

test('catches a test method that no CPPUNIT_TEST names', (context) => {
  const says = saysOf(context, fixture, '    void keepsAnOrdinaryName() {', '    void isNeverRun() {}\n\n$&');
  assert.equal(says.length, 1);
  assert.match(says[0], /key_name_test\.cpp:\d+: KeyNameTest::isNeverRun is in no CPPUNIT_TEST/);
});

test('catches a CPPUNIT_TEST that was commented out', (context) => {
  const says = saysOf(context, fixture, 'CPPUNIT_TEST(keepsAnOrdinaryName)', '// $&');
  assert.equal(says.length, 1);
  assert.match(says[0], /KeyNameTest::keepsAnOrdinaryName is in no CPPUNIT_TEST/);
});

test('catches a fixture that is not registered', (context) => {
  const says = saysOf(context, fixture, 'CPPUNIT_TEST_SUITE_REGISTRATION(KeyNameTest);', '');
  assert.equal(says.length, 1);
  assert.match(says[0], /KeyNameTest is not registered/);
});

test('catches a file that is left out of the build', (context) => {
  const says = saysOf(context, 'tests/unit/CMakeLists.txt', 'sources_here(sources', '$& model/key_name_test.cpp');
  assert.deepEqual(says, [`${fixture}: no CMakeLists.txt builds it`]);
});

test('catches files that are read and not built', (context) => {
  const says = saysOf(context, 'tests/unit/CMakeLists.txt', 'add_executable(unit_tests ${sources})', 'add_executable(unit_tests world.cpp)');
  assert.ok(says.includes(`${fixture}: no CMakeLists.txt builds it`));
});

test('catches a folder that is not built', (context) => {
  const says = saysOf(context, 'tests/CMakeLists.txt', 'add_subdirectory(unit)', '');
  assert.deepEqual(says, ['tests/CMakeLists.txt: unit is not added']);
});

test('catches a binary that the runner does not know', (context) => {
  const says = saysOf(context, 'tests/unit/CMakeLists.txt', 'add_executable(unit_tests', 'add_executable(unit_checks');
  assert.deepEqual(says, ['tests/unit/CMakeLists.txt: unit_checks is no name that the runner knows: NAME_tests']);
});

test('catches a whole-system test that the runner does not see', (context) => {
  const copy = copyOf(context, ['tests']);
  renameSync(join(copy, 'tests/checks/layers.test.mjs'), join(copy, 'tests/unit/keys/layers.test.mjs'));
  assert.deepEqual(problemsIn(copy), ['tests/unit/keys/layers.test.mjs: the runner looks into tests/NAME/ and no deeper']);
});

test('catches a whole-system test that is switched off', (context) => {
  const off = ['test', 'skip'].join('.'); // not spelled out, since this file is checked too
  const says = saysOf(context, 'tests/checks/templates.test.mjs', "test('", `${off}('`);
  assert.deepEqual(says, [`tests/checks/templates.test.mjs: ${off} switches tests off`]);
});
