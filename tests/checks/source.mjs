// The repository for the checks: files below a root, without build output and installed libraries.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const notOurs = new Set(['.git', 'build', 'var', 'node_modules']);

// Gives the paths of all files under `folder` whose names end in one of the endings. They are relative to `base` and
// sorted.
export function filesOf(base, folder = '.', endings = ['']) {
  const found = readdirSync(join(base, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(base, path, endings);
    return endings.some((ending) => entry.name.endsWith(ending)) ? [relative('.', path)] : [];
  });
  return found.sort();
}

export function foldersOf(base, folder = '.') {
  return readdirSync(join(base, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notOurs.has(entry.name))
    .map((entry) => relative('.', join(folder, entry.name)))
    .sort();
}

export const read = (base, path) => readFileSync(join(base, path), 'utf8');

// Gives C++ source without its comments; line numbers stay the same.
export function withoutComments(text) {
  const pattern = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(pattern, (part) => (part.startsWith('/') ? part.replace(/[^\n]/g, ' ') : part));
}

export const lineAt = (text, index) => text.slice(0, index).split('\n').length;

// Copies some folders, so that a test can plant a fault in them. The copy is removed when the test ends.
export function copyOf(test, folders) {
  const copy = mkdtempSync(join(tmpdir(), 'claviger-check-'));
  test.after(() => rmSync(copy, { recursive: true }));
  const filter = (path) => !notOurs.has(basename(path));
  for (const folder of folders) cpSync(join(root, folder), join(copy, folder), { recursive: true, filter });
  return copy;
}
