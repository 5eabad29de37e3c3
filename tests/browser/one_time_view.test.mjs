// The one-time view: it cannot be lost by accident, and it cannot be brought back.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, keysPath, openStage } from './support/stage.mjs';
import {
  assertForgotten, copyButton, createByDialog, createLink, done, eventually, finish, holdsFocus, keyField, keyInSight,
  keyShape, regenerateByDialog, reveal, shownKey, statusIn, stillShows, submitName, warning,
} from './support/steps.mjs';

describe('the one-time view', atOnce, () => {
  const stage = openStage();

  stage.test('shows a new key in full, unmasked, with what to do about it and a ready curl line', async ({ page, alive }) => {
    const fullKey = await createByDialog(page, 'Zapier');
    assert.match(fullKey, keyShape);
    assert.ok(await alive(fullKey));
    const view = page.getByRole('dialog', { name: 'API Key Created!' });
    for (const text of [
      "Copy this key now. You won't be able to see it again.",
      'Store this key securely. It provides full access to your account via the API.',
      `curl -H "Authorization: Bearer ${fullKey}" ${new URL('/v1/me', page.url())}`,
    ]) assert.ok(await view.getByText(text).isVisible(), text);
    assert.equal(await view.getByText(/Key Regenerated!|The old key is no longer valid/).filter({ visible: true }).count(), 0);
    const field = keyField(page);
    assert.equal(await field.getAttribute('readonly'), '');
    assert.equal(await field.getAttribute('autocomplete'), 'off');
    assert.equal(await field.getAttribute('spellcheck'), 'false');
    for (const width of [1200, 640, 320]) {
      await page.setViewportSize({ width, height: 700 });
      assert.ok(await keyInSight(page), `the whole value is in sight at ${width} px`);
    }
    await holdsFocus(copyButton(page));
    await statusIn(view).getByText('API key created!').waitFor();
  });

  stage.test('is the same after regenerating, with its own words', async ({ page, visitor, alive }) => {
    const old = await visitor.createKey('Renewed');
    await page.reload();
    const fullKey = await regenerateByDialog(page, 'Renewed');
    const view = page.getByRole('dialog', { name: 'Key Regenerated!' });
    assert.ok(await view.getByText('Copy this new key now. The old key is no longer valid.').isVisible());
    assert.equal(await view.getByText(/API Key Created!|You won't be able to see it again/).filter({ visible: true }).count(), 0);
    await holdsFocus(copyButton(page));
    assert.ok(await alive(fullKey));
    assert.ok(!(await alive(old.fullKey)));
  });

  stage.test('keeps the value out of every attribute and address while it shows', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Nowhere else');
    const holders = await page.evaluate((value) =>
      [...document.querySelectorAll('*')].flatMap(({ attributes }) => [...attributes]).filter((attribute) => attribute.value.includes(value)).map(({ name }) => name), fullKey);
    assert.deepEqual(holders, []);
    assert.ok(!page.url().includes(fullKey));
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  });

  // --- not lost by accident ---

  stage.test('survives Escape, however often', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Escaped');
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Escape');
      assert.ok(await eventually('it to be open', () => stillShows(page, fullKey)), `after ${i + 1}`);
    }
    assert.ok(await reveal(page).getByText(warning).isVisible());
  });

  stage.test('survives clicks on the backdrop', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Clicked beside');
    for (const [x, y] of [[5, 5], [1190, 5], [5, 700], [600, 3]]) {
      await page.mouse.click(x, y);
      assert.ok(await stillShows(page, fullKey));
    }
  });

  stage.test('survives a script that closes it', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Closed from outside');
    await reveal(page).evaluate((dialog) => dialog.close());
    await eventually('it to be open again', () => stillShows(page, fullKey));
    assert.ok(await reveal(page).evaluate((dialog) => dialog.matches(':modal')));
  });

  for (const [what, leave] of [
    ['Back', (page) => page.goBack({ timeout: 2500 })],
    ['a reload', (page) => page.reload({ timeout: 2500 })],
    ['a link', (page) => page.evaluate(() => { location.href = '/login'; })],
  ]) {
    stage.test(`is not left by ${what} without a question, and stays where the answer is no`, async ({ page }) => {
      await page.goto(`${keysPath}/new`); // makes an entry in the history to go back to
      await page.goto(keysPath);
      const fullKey = await createByDialog(page, 'Left');
      const asked = [];
      page.on('dialog', (question) => { asked.push(question.type()); return question.dismiss(); });
      await leave(page).catch(() => {});
      await eventually('the question, or the view as it was', async () => asked.length > 0 || stillShows(page, fullKey));
      assert.ok(await stillShows(page, fullKey));
    });
  }

  stage.test('says once, inside itself, that the key was not copied; then it may go', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Not copied');
    await done(page).click();
    await statusIn(reveal(page)).getByText(warning).waitFor();
    assert.ok(await stillShows(page, fullKey));
    assert.equal(await page.locator('dialog[open]').count(), 1);
    assert.equal(await done(page).count(), 0);
    await reveal(page).getByRole('button', { name: 'Close without copying' }).click();
    await reveal(page).waitFor({ state: 'hidden' });
    await assertForgotten(page, fullKey);
    await holdsFocus(createLink(page));
  });

  stage.test('the next one begins afresh: it warns again', async ({ page }) => {
    await createByDialog(page, 'One');
    await finish(page);
    const second = await createByDialog(page, 'Two');
    assert.ok(await done(page).isVisible());
    assert.equal(await reveal(page).getByText(warning).count(), 0);
    await done(page).click();
    await statusIn(reveal(page)).getByText(warning).waitFor();
    assert.ok(await stillShows(page, second));
  });

  // --- not brought back ---

  stage.test('is forgotten by the page after Done, and no way leads back to it', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, context, keyNames }) => {
    const fullKey = await createByDialog(page, 'Once');
    await copyButton(page).click();
    await statusIn(reveal(page)).getByText('Copied to clipboard').waitFor();
    await done(page).click();
    await reveal(page).waitFor({ state: 'hidden' });
    await page.evaluate(() => getSelection().removeAllRanges());
    await assertForgotten(page, fullKey);
    assert.ok(await page.evaluate(() => document.querySelector('#full-key').value === ''));

    await page.keyboard.press('Control+z');
    await assertForgotten(page, fullKey);
    await page.reload();
    await assertForgotten(page, fullKey);
    await page.goto(`${keysPath}/new`);
    for (const move of ['goBack', 'goForward', 'goBack']) {
      await page[move]();
      await assertForgotten(page, fullKey);
    }
    const other = await context.newPage();
    await other.goto(keysPath);
    await assertForgotten(other, fullKey);
    assert.equal(await other.locator('dialog[open]').count(), 0);
    assert.deepEqual(await keyNames(), ['Once']);
  });

  stage.test('is gone when the tab was left all the same', async ({ page }) => {
    const fullKey = await createByDialog(page, 'Left all the same');
    page.on('dialog', (question) => question.accept());
    await page.goto(`${keysPath}/new`);
    await assertForgotten(page, fullKey);
    await page.goBack();
    await assertForgotten(page, fullKey);
    assert.equal(await page.locator('dialog[open]').count(), 0);
  });

  // --- one after the other ---

  stage.test('an answer that comes after its dialog was closed is shown all the same: the key exists', async ({ page, keyNames }) => {
    let go;
    const held = new Promise((resolve) => { go = resolve; });
    await page.route('**/api/api-keys', async (route) => { await held; await route.continue(); });
    await submitName(page, 'Late');
    await page.keyboard.press('Escape');
    go();
    assert.match(await shownKey(page), keyShape);
    assert.deepEqual(await keyNames(), ['Late']);
  });
});
