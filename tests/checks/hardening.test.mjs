// The shipped programs are hardened. The checks look into the binaries for the effects of the flags of compiler and
// linker.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { root } from '../support/launcher.mjs';

const build = join(root, 'build');
const readelf = (file, ...options) => execFileSync('readelf', ['--wide', ...options, file], { encoding: 'utf8', maxBuffer: 1 << 28 });

for (const name of ['fcgi/claviger-fcgi', 'cli/claviger']) {
  describe(name, () => {
    const file = join(build, name);
    const segments = readelf(file, '--segments');
    const dynamic = readelf(file, '--dynamic');
    const symbols = readelf(file, '--dyn-syms');

    test('it is loaded at an address that nobody knows', () => {
      assert.match(readelf(file, '--file-header'), /Type: +DYN /);
      assert.match(dynamic, /FLAGS_1\).*\bPIE\b/);
    });
    test('what it calls is bound at its start and cannot be changed', () => {
      assert.match(segments, /GNU_RELRO/);
      assert.match(dynamic, /\bBIND_NOW\b|FLAGS_1\).*\bNOW\b/);
    });
    test('its stack is not executable, and nothing is both written and executed', () => {
      assert.match(segments, /GNU_STACK.* RW +0x/);
      assert.doesNotMatch(segments, /^ +LOAD .* RWE /m);
    });
    test('it checks its stack, its copies and its containers', () => {
      assert.match(symbols, /__stack_chk_fail/);
      assert.match(symbols, /__(?:mem\w+|read|str\w+|sn?printf|\w*printf|poll|fdelt|recv\w*)_chk/);
      assert.match(symbols, /glibcxx_assert_fail/);
    });
    test('it looks for libraries nowhere but where the system has them', () => {
      assert.doesNotMatch(dynamic, /\((?:RPATH|RUNPATH|TEXTREL)\)/);
    });
  });
}

// The linker marks a program only if all its objects are marked. The start-up objects of Debian 12 are not, so the
// libraries are checked.
if (process.arch === 'x64') {
  for (const library of ['domain', 'persistence', 'fcgi', 'cli']) {
    test(`in ${library}, jumps and returns go where they are meant to`, () => {
      const notes = readelf(join(build, library, `lib${library}.a`), '--notes');
      const objects = notes.match(/^File: .*$/gm);
      assert.ok(objects.length >= 25, `${objects.length} objects`);
      assert.equal(notes.match(/x86 feature: IBT, SHSTK/g)?.length, objects.length);
    });
  }
}

test('every source of what is shipped is compiled with all of it', () => {
  const commands = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'))
    .filter(({ file }) => /^(?:domain|persistence|fcgi|cli)\//.test(file.slice(root.length + 1)));
  assert.ok(commands.length > 100, `${commands.length} sources`);
  const flags = ['-fstack-protector-strong', '-fstack-clash-protection', '-ftrivial-auto-var-init=zero', '-D_FORTIFY_SOURCE=3', '-D_GLIBCXX_ASSERTIONS'];
  if (process.arch === 'x64') flags.push('-fcf-protection=full');
  for (const { file, command } of commands) {
    for (const flag of flags) assert.ok(command.split(' ').includes(flag), `${file} without ${flag}`);
    assert.match(command, / -fPI[CE] /);
    assert.match(command, / -O2 /);
  }
});
