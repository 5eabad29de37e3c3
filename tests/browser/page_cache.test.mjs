// Back and Forward in a browser whose page cache is on, as it is by default. A one-time view does not come back.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { dropCacheControl } from './support/faults.mjs';
import { keysPath, openStage } from './support/stage.mjs';
import { assertForgotten, createByDialog, eventually, keyField, keyShape } from './support/steps.mjs';

describe('with the page cache on', () => {
  const stage = openStage({ pageCache: true });

  // Playwright loses the connection to a page that returns from the cache. So its content is read again until that
  // works.
  async function shown(page) {
    return eventually('the page to answer', async () => {
      const state = await page.evaluate(() => document.readyState === 'complete' && document.body.innerText).catch(() => '');
      return state && page.evaluate(() => ({
        html: document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
        dialogs: document.querySelectorAll('dialog[open]').length,
      })).catch(() => undefined);
    });
  }

  // Runs before the script of the page. It logs the content of a page at the moment at which the page returns from the
  // cache.
  const told = 'returned with: ';
  const prepare = (context) => context.addInitScript((prefix) => {
    addEventListener('pageshow', (event) => {
      const fields = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
      if (event.persisted) console.log(prefix + document.documentElement.outerHTML + fields);
    });
  }, told);

  stage.test('a list that returns from the cache has forgotten the one-time view that was open on it', { prepare }, async ({ page }) => {
    const returned = [];
    page.on('console', (message) => message.text().startsWith(told) && returned.push(message.text()));
    page.on('dialog', (question) => question.accept());
    await dropCacheControl(page);
    const fullKey = await createByDialog(page, 'Open when left');
    await page.evaluate(() => { location.href = '/settings/api-keys/new'; });
    await page.waitForURL('**/new');
    await page.evaluate(() => history.back()).catch(() => {});
    await eventually('the list to return', () => returned.length > 0);
    assert.match(returned[0], /Your API Keys/);
    assert.ok(!returned[0].includes(fullKey));
    const { html, dialogs } = await shown(page);
    assert.ok(!html.includes(fullKey));
    assert.equal(dialogs, 0);
  });

  for (const javaScriptEnabled of [true, false]) {
    stage.test(`Back and Forward to the answer of a form never show the key again, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, { javaScriptEnabled }, async ({ page, keyNames }) => {
      page.on('dialog', (question) => question.accept());
      await page.goto(`${keysPath}/new`);
      await page.getByLabel('Name').fill('By form');
      await page.getByRole('button', { name: 'Create Key' }).click();
      const fullKey = await keyField(page).inputValue();
      assert.match(fullKey, keyShape);
      await page.goto(keysPath);
      for (const move of ['goBack', 'goForward', 'goBack', 'goBack', 'goForward']) {
        await page[move]({ timeout: 1500 }).catch(() => {}); // the browser may refuse to send the form again
        const html = await page.content().catch(() => '');
        assert.ok(!html.includes(fullKey), move);
        assert.equal(await keyField(page).inputValue({ timeout: 200 }).catch(() => ''), '');
      }
      assert.deepEqual(await keyNames(), ['By form']);
    });
  }

  stage.test('Back after signing out shows no keys', async ({ page, visitor }) => {
    await visitor.createKey('Seen before');
    await page.reload();
    await page.locator('.user summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login$/);
    await page.evaluate(() => history.back()).catch(() => {});
    await eventually('the sign-in again', async () => /\/login/.test(page.url()) && !(await shown(page)).html.includes('Seen before'));
  });

  stage.test('a tab that is opened twice shows nothing that the first one was shown', async ({ page, context }) => {
    const fullKey = await createByDialog(page, 'In one tab');
    const opened = context.waitForEvent('page');
    await page.evaluate(() => { window.open(location.href); });
    const twin = await opened;
    await twin.waitForLoadState();
    await assertForgotten(twin, fullKey);
  });
});
