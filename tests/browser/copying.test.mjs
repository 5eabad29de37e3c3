// Copying from the one-time view. Its messages are true, and it helps if the browser refuses. The tests run one after
// another, since a browser has one clipboard.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { keysPath, openStage } from './support/stage.mjs';
import {
  assertForgotten, copyButton, copyCurlButton, createByDialog, done, eventually, holdsFocus, keyInSight, reveal, statusIn,
  stillShows, stopClock, warning,
} from './support/steps.mjs';

const mayCopy = { permissions: ['clipboard-read', 'clipboard-write'] };
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

describe('copying the key', () => {
  const stage = openStage();

  stage.test('Copy puts the key into the clipboard, says so for 2 s, and Done needs no warning then', mayCopy, async ({ page }) => {
    const fullKey = await createByDialog(page, 'Copied');
    await stopClock(page);
    await copyButton(page).click();
    await copyButton(page).getByText('Copied').waitFor();
    await page.clock.runFor(100);
    assert.equal((await statusIn(reveal(page)).innerText()).trim(), 'Copied to clipboard');
    assert.equal(await clipboard(page), fullKey);
    await page.clock.runFor(1700);
    assert.match(await copyButton(page).innerText(), /Copied/);
    await page.clock.runFor(400);
    assert.doesNotMatch(await copyButton(page).innerText(), /Copied/);
    await holdsFocus(copyButton(page));
    await done(page).click();
    await reveal(page).waitFor({ state: 'hidden' });
    await assertForgotten(page, fullKey);
  });

  stage.test('the curl line has a copy button of its own', mayCopy, async ({ page }) => {
    const fullKey = await createByDialog(page, 'With curl');
    await copyCurlButton(page).click();
    await copyCurlButton(page).getByText('Copied').waitFor();
    assert.equal(await clipboard(page), `curl -H "Authorization: Bearer ${fullKey}" ${new URL('/v1/me', page.url())}`);
    assert.doesNotMatch(await copyButton(page).innerText(), /Copied/);
  });

  // The blank page before that has no clipboard at all.
  const refusals = {
    'is refused': () => { if (window.Clipboard) Clipboard.prototype.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); },
    'throws': () => { if (window.Clipboard) Clipboard.prototype.writeText = () => { throw new TypeError('no'); }; },
    'is not there': () => Object.defineProperty(navigator, 'clipboard', { value: undefined }),
    'never answers': () => { if (window.Clipboard) Clipboard.prototype.writeText = () => new Promise(() => {}); },
  };
  for (const [how, refusal] of Object.entries(refusals)) {
    const prepare = (context) => context.addInitScript(refusal);
    stage.test(`where the clipboard ${how}, the key is selected and the keys to press are named; nothing says Copied`, { prepare }, async ({ page }) => {
      const fullKey = await createByDialog(page, 'By hand');
      await copyButton(page).click();
      await copyButton(page).getByText('Press Ctrl+C').waitFor();
      await eventually('the region to say it', async () => /Ctrl\+C/.test(await statusIn(reveal(page)).innerText()));
      assert.equal(await reveal(page).getByText(/^Copied/).filter({ visible: true }).count(), 0);
      assert.equal(await selectedText(page), fullKey);
      assert.ok(await keyInSight(page));
      await done(page).click();
      await statusIn(reveal(page)).getByText(warning).waitFor();
      assert.ok(await stillShows(page, fullKey));
    });
  }

  stage.test('where the clipboard is refused, the curl line is selected as well', { prepare: (context) => context.addInitScript(refusals['is refused']) }, async ({ page }) => {
    const fullKey = await createByDialog(page, 'By hand');
    await copyCurlButton(page).click();
    await copyCurlButton(page).getByText('Press Ctrl+C').waitFor();
    assert.equal(await selectedText(page), `curl -H "Authorization: Bearer ${fullKey}" ${new URL('/v1/me', page.url())}`);
  });

  stage.test('a Mac is told its own keys', {
    prepare: (context) => context.addInitScript(() => {
      Object.defineProperty(navigator, 'platform', { value: 'MacIntel' });
      Object.defineProperty(navigator, 'userAgentData', { value: { platform: 'macOS' } });
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    }),
  }, async ({ page }) => {
    await createByDialog(page, 'Mac');
    await copyButton(page).click();
    await copyButton(page).getByText('Press ⌘C').waitFor();
  });

  stage.test('copying by hand, as it was told, counts as copied', {
    ...mayCopy,
    prepare: (context) => context.addInitScript(refusals['is refused']),
  }, async ({ page }) => {
    const fullKey = await createByDialog(page, 'By hand');
    await copyButton(page).click();
    await copyButton(page).getByText('Press Ctrl+C').waitFor();
    await page.keyboard.press('Control+c');
    assert.equal(await clipboard(page), fullKey);
    await done(page).click();
    await reveal(page).waitFor({ state: 'hidden' });
  });

  stage.test('on a plain http address, where browsers offer no clipboard, the key is selected', { signedIn: false }, async ({ page, context, service }) => {
    const tenant = service.tenant('Plain', { domain: 'test' });
    const visitor = await service.signedIn(tenant, service.user(tenant));
    await context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: visitor.origin })));
    await page.goto(visitor.origin + keysPath);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    const fullKey = await createByDialog(page, 'Plain http');
    await copyButton(page).click();
    await copyButton(page).getByText('Press Ctrl+C').waitFor();
    assert.equal(await selectedText(page), fullKey);
  });
});

const selectedText = (page) => page.evaluate(() => {
  const field = document.activeElement;
  if (field.matches('textarea')) return field.value.slice(field.selectionStart, field.selectionEnd);
  return String(getSelection()).trim();
});
