// Every template escapes its values. ctemplate escapes nothing in a file without the marker, not even if the including
// file has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { filesOf, read, root } from './source.mjs';

const marker = '{{%AUTOESCAPE context="HTML"}}';

function problemsOf(text) {
  const problems = [];
  if (!text.startsWith(marker)) problems.push(`it does not start with ${marker}`);
  if (/\{\{[^}]*:none\b/.test(text)) problems.push(':none switches the escaping off');
  if (text.indexOf('%AUTOESCAPE') !== text.lastIndexOf('%AUTOESCAPE')) problems.push('a second marker changes the escaping');
  if (/<script\b(?![^>]*\bsrc=)/i.test(text)) problems.push('a script in the page; the policy forbids it');
  if (/<style\b|\sstyle=/i.test(text)) problems.push('a style in the page; the policy forbids it');
  if (/\son[a-z]+\s*=\s*["'{]/i.test(text)) problems.push('a handler in the page; the policy forbids it');
  return problems;
}

const templates = filesOf(root, 'templates', ['.tpl']);

test('there are templates to check', () => {
  assert.ok(templates.length > 0);
});

for (const file of templates) {
  test(`${file} escapes what it shows and runs nothing inline`, () => {
    assert.deepEqual(problemsOf(read(root, file)), []);
  });
}

test('catches what would show text as it comes', () => {
  const good = `${marker}\n<p>{{NAME}}</p><script type="module" src="/s.js"></script>`;
  assert.deepEqual(problemsOf(good), []);
  for (const bad of [
    '<p>{{NAME}}</p>',
    `\n${good}`,
    `${good}{{NAME:none}}`,
    `${good}{{NAME:h:none}}`,
    `${good}{{%AUTOESCAPE context="JAVASCRIPT"}}`,
    `${good}<script>alert(1)</script>`,
    `${good}<p style="color: red">`,
    `${good}<button onclick="go()">`,
  ])
    assert.equal(problemsOf(bad).length, 1, bad);
});
