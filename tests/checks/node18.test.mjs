// All scripts run on Debian 12's node.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { newerThanNode18 } from './node18.mjs';
import { filesOf, root } from './source.mjs';

const ours = () => filesOf(root, '.', ['.mjs']);

test('no script needs a newer node than 18', async () => {
  assert.ok(ours().length > 100);
  assert.deepEqual(await newerThanNode18(root, ours()), []);
});

// Each line with the name that its message must contain.
const newer = [
  ['export const sorted = (list) => list.toSorted();', /toSorted/],
  ['export const last = (list) => list.with(0, 1);', /with/],
  ['export const groups = (list) => Object.groupBy(list, String);', /groupBy/],
  ['export const all = (set, other) => set.union(other);', /union/],
  ['export const ends = Promise.withResolvers();', /withResolvers/],
  ['export const digits = /[\\p{L}--[a-z]]/v;', /v/],
  ["import data from './x.json' with { type: 'json' };\nexport default data;", /attributes/i],
  ["import { globSync } from 'node:fs';\nexport default globSync;", /globSync/],
  ['export const here = import.meta.dirname;', /dirname/],
];

for (const [source, names] of newer) {
  test(`finds ${source.split('\n')[0]}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-node18-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'newer.mjs'), source);
    const found = await newerThanNode18(folder, ['newer.mjs']);
    assert.match(found.join('\n'), names);
  });
}
