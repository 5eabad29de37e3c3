// Finds tests that exist and yet would never run.

import { basename, dirname } from 'node:path';

import { filesOf, lineAt, read, withoutComments } from './source.mjs';

// Gives the body of the class that has the suite: from the line of the suite to the brace that closes the class.
function bodyFrom(text, index) {
  let depth = 1;
  for (let at = index; at < text.length; ++at) {
    if (text[at] === '{') ++depth;
    if (text[at] === '}' && --depth === 0) return text.slice(index, at);
  }
  return text.slice(index);
}

// Gives the methods that look like tests: void, without arguments, no hook of CppUnit, and not called in the file.
function testMethods(body, text) {
  const hooks = new Set(['setUp', 'tearDown']);
  return [...body.matchAll(/\bvoid\s+(\w+)\s*\(\s*\)\s*(?:\{|;)/g)]
    .map((match) => ({ name: match[1], index: match.index }))
    .filter(({ name }) => !hooks.has(name))
    .filter(({ name }) => [...text.matchAll(new RegExp(`(?<!\\bvoid\\s)\\b${name}\\s*\\(\\s*\\)`, 'g'))].length === 0);
}

function problemsOfSource(file, text) {
  const problems = [];
  const suites = [...text.matchAll(/\bCPPUNIT_TEST_SUITE\s*\(\s*(\w+)[^)]*\)/g)];
  for (const suite of suites) {
    const name = suite[1];
    const body = bodyFrom(text, suite.index);
    const registered = new Set([...body.matchAll(/\bCPPUNIT_TEST\s*\(\s*(\w+)\s*\)/g)].map((match) => match[1]));
    for (const method of testMethods(body, text)) {
      if (registered.has(method.name)) continue;
      problems.push(`${file}:${lineAt(text, suite.index + method.index)}: ${name}::${method.name} is in no CPPUNIT_TEST`);
    }
    if (registered.size === 0) problems.push(`${file}:${lineAt(text, suite.index)}: ${name} has no tests`);
    if (!new RegExp(`CPPUNIT_TEST_SUITE_REGISTRATION\\s*\\(\\s*${name}\\b`).test(text))
      problems.push(`${file}:${lineAt(text, suite.index)}: ${name} is not registered`);
  }
  if (file.endsWith('_test.cpp') && suites.length === 0) problems.push(`${file}: it has no suite`);
  return problems;
}

const listIn = (base, list) => read(base, list).replace(/#[^\n]*/g, '');

// Whether a CMakeLists.txt of the file's folder, or of one above it, builds the file: it reads its folder, or names it.
function isBuilt(base, file, lists) {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    const list = `${folder}/CMakeLists.txt`;
    if (!lists.includes(list)) continue;
    const name = file.slice(folder.length + 1);
    const targets = [...listIn(base, list).matchAll(/add_(?:executable|library)\s*\(([^)]*)\)/g)].flatMap(([, words]) => words.split(/\s+/));
    const reading = /sources_here\s*\(sources\b([^)]*)\)/.exec(listIn(base, list));
    const isRead = reading && targets.includes('${sources}') && !reading[1].split(/\s+/).includes(name);
    if (isRead || targets.includes(name)) return true;
  }
  return false;
}

// Gives one line for each test that would not run.
export function problemsIn(base) {
  const problems = [];
  const lists = filesOf(base, 'tests', ['CMakeLists.txt']);
  for (const file of filesOf(base, 'tests', ['.h', '.cpp'])) {
    const text = withoutComments(read(base, file));
    problems.push(...problemsOfSource(file, text));
    if (file.endsWith('_test.cpp') && !isBuilt(base, file, lists)) problems.push(`${file}: no CMakeLists.txt builds it`);
  }
  for (const list of lists) {
    const folder = dirname(list);
    for (const [, name, sources] of listIn(base, list).matchAll(/add_executable\s*\(\s*([\w-]+)([^)]*)\)/g)) {
      if (/_test\.cpp|\$\{sources\}/.test(sources) && !name.endsWith('_tests')) problems.push(`${list}: ${name} is no name that the runner knows: NAME_tests`);
    }
    const parent = `${dirname(folder)}/CMakeLists.txt`;
    if (folder !== 'tests' && !read(base, parent).includes(`add_subdirectory(${basename(folder)})`))
      problems.push(`${parent}: ${basename(folder)} is not added`);
  }
  for (const file of filesOf(base, 'tests', ['.test.mjs'])) {
    if (file.split('/').length !== 3) problems.push(`${file}: the runner looks into tests/NAME/ and no deeper`);
    const switchedOff = /\b(?:test|it|describe)\.(?:skip|todo|only)\b|\b(?:skip|todo|only)\s*:\s*true\b/.exec(read(base, file));
    if (switchedOff) problems.push(`${file}: ${switchedOff[0]} switches tests off`);
  }
  return problems;
}
