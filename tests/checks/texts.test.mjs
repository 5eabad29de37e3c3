// The documents and comments are complete: nothing is half-done, and each folder has a README where a reader expects
// one.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import { filesOf, foldersOf, read, root } from './source.mjs';

// The words are put together here, so that this file does not contain them.
const unfinished = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK', 'W' + 'IP', 'lorem' + ' ipsum'];
const pattern = new RegExp(`\\b(${unfinished.join('|')})\\b|^(<<<<<<<|>>>>>>>) `, 'm');

// A file with a NUL among its first bytes is binary.
const isText = (file) => !readFileSync(join(root, file)).subarray(0, 8000).includes(0);

test('nothing is left half-done', () => {
  const found = filesOf(root)
    .filter(isText)
    .filter((file) => pattern.test(read(root, file)))
    .map((file) => `${file}: ${pattern.exec(read(root, file))[0]}`);
  assert.deepEqual(found, []);
});

test('catches a word of what is half-done', () => {
  for (const word of unfinished) assert.match(`// ${word}: later`, pattern);
  assert.doesNotMatch('mkdtemp("claviger-XXXXXX")', pattern);
});

test('every top-level folder has a README', () => {
  const without = foldersOf(root).filter((folder) => !existsSync(join(root, folder, 'README.md')));
  assert.deepEqual(without, []);
});

test('every other folder has one, or is explained by the one above it', () => {
  const without = [];
  const look = (folder) => {
    for (const inner of foldersOf(root, folder)) {
      if (existsSync(join(root, inner, 'README.md'))) {
        look(inner);
      } else if (existsSync(join(root, dirname(inner), 'README.md'))) {
        const above = read(root, join(dirname(inner), 'README.md'));
        if (!above.includes(`${basename(inner)}/`)) without.push(inner);
      }
    }
  };
  foldersOf(root).forEach(look);
  assert.deepEqual(without, []);
});
