// The list of keys with the module: times, search, names of every kind.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { assertNothingPastTheEdge, picture } from './support/look.mjs';
import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { createByDialog, endSession, eventually, finish, keyField, reveal, rowOf, signInByForm, submitName } from './support/steps.mjs';

const hour = 3_600_000;

const names = {
  'a script': '<script>alert(1)</script>',
  'an image that fails': '"><img src=x onerror=alert(1)>',
  'template markers': '{{NAME}} {{#KEY}} {{>CONTENT}} {{%AUTOESCAPE context="HTML"}}',
  'entities': '&lt;b&gt; &amp; &#x27;',
  '100 emoji': '👩🏽‍💻'.repeat(25),
  'Arabic': 'مفتاح الإنتاج',
  'an override of the direction': 'abc\u202etxt.exe',
  '100 wide letters': 'W'.repeat(100),
  'quotes': `O'Neil "the key" \\ \`x\` \${y}`,
};

describe('the list of keys', atOnce, () => {
  const stage = openStage();

  for (const [what, name] of Object.entries(names)) {
    stage.test(`shows a name of ${what} as text, everywhere, within 320 px`, { viewport: { width: 320, height: 640 } }, async ({ page, visitor }) => {
      await page.evaluate(() => { window.alert = () => { document.title = 'pwned'; }; });
      await visitor.createKey(name);
      await page.reload();
      const head = page.getByRole('rowheader').first();
      assert.equal(await head.textContent(), name);
      assert.equal(await head.locator('bdi').count(), 1);
      await assertNothingPastTheEdge(page, `list with ${what}`);
      await picture(page, `name-${what.replaceAll(' ', '-')}`);

      await page.getByRole('link', { name: /^Regenerate/ }).click();
      const dialog = page.getByRole('alertdialog');
      await dialog.waitFor();
      assert.ok((await dialog.textContent()).includes(`“${name}”`));
      await assertNothingPastTheEdge(page, `confirmation with ${what}`);
      await dialog.getByRole('button', { name: 'Regenerate' }).click();
      await reveal(page).waitFor();
      assert.ok((await reveal(page).textContent()).includes(name));
      await assertNothingPastTheEdge(page, `one-time view with ${what}`);
      await finish(page);
      assert.equal(await page.getByRole('rowheader').first().textContent(), name);
      assert.equal(await page.locator('script:not([src]), img').count(), 0);
      assert.notEqual(await page.title(), 'pwned');
    });
  }

  // --- times ---

  stage.test("says how long ago in the reader's language, each minute anew, and the exact local time to mouse and keyboard", { locale: 'de-DE', timezoneId: 'Asia/Tokyo' }, async ({ page, visitor }) => {
    const { createdAt } = await visitor.createKey('Zeit');
    await page.clock.install({ time: Date.parse(createdAt) + 2 * hour });
    await page.reload();
    const cell = rowOf(page, 'Zeit').getByRole('cell').nth(1);
    assert.match(await cell.innerText(), /vor 2 Stunden/);
    await page.clock.runFor(hour + 60_000);
    assert.match(await cell.innerText(), /vor 3 Stunden/);

    const exact = exactTime(createdAt, 'de-DE', 'Asia/Tokyo');
    const seen = () => eventually(`${exact} to be seen`, () => showsText(page, exact));
    await cell.locator('time').hover();
    await seen();
    await page.mouse.move(0, 0);
    await page.locator('body').click({ position: { x: 1, y: 1 } });
    await page.locator('.skip').focus();
    for (let tabs = 0; tabs < 30 && !(await showsText(page, exact)); tabs++) await page.keyboard.press('Tab');
    assert.ok(await showsText(page, exact), 'the keyboard reaches the exact time');
  });

  stage.test('says Never where a key was not used, and when it was', async ({ page, visitor, service, tenant }) => {
    await visitor.createKey('Unused');
    const used = await visitor.createKey('Used');
    await service.verify(tenant, used.fullKey);
    await eventually('the use to be recorded', async () => {
      await page.reload();
      return !(await rowOf(page, 'Used').getByRole('cell').nth(2).innerText()).includes('Never');
    });
    assert.match(await rowOf(page, 'Used').getByRole('cell').nth(2).innerText(), /ago|now|this minute/);
    assert.equal((await rowOf(page, 'Unused').getByRole('cell').nth(2).innerText()).trim(), 'Never');
  });

  // --- search ---

  stage.test('is searched under its own address, and an action keeps the search', async ({ page, visitor }) => {
    for (let i = 1; i <= 8; i++) await visitor.createKey(i % 2 ? `Zap ${i}` : `Other ${i}`);
    await page.reload();
    await page.getByRole('searchbox').fill('zap');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(`**${keysPath}?q=zap`);
    assert.equal(await page.getByRole('rowheader').count(), 4);
    await createByDialog(page, 'Zap 9');
    await finish(page);
    await rowOf(page, 'Zap 9').waitFor();
    assert.equal(await page.getByRole('rowheader').count(), 5);
    assert.match(page.url(), /\?q=zap$/);
    await page.goBack();
    assert.equal(await page.getByRole('rowheader').count(), 9);
  });

  // --- toasts ---

  stage.test('a toast stays under the pointer and under the focus, and goes by itself', async ({ page, visitor, user }) => {
    await endSession(page, visitor);
    await submitName(page, 'Too late');
    await page.waitForURL(/\/login\?/);
    await signInByForm(page, user);
    const toast = page.locator('.toast', { hasText: /nothing was changed/ });
    await toast.waitFor();
    // The time for which it is shown is an animation; it appears by a transition.
    const life = await toast.evaluateHandle((element) => element.getAnimations().find((each) => each instanceof CSSAnimation));
    const state = () => life.evaluate(({ playState }) => playState);
    assert.equal(await life.evaluate(({ effect }) => effect.getTiming().duration), 6000);
    assert.equal(await state(), 'running');
    await toast.hover();
    await eventually('it to stop', async () => (await state()) === 'paused');
    await page.mouse.move(0, 0);
    await toast.getByRole('button').focus();
    await eventually('it to stop', async () => (await state()) === 'paused');
    await page.locator('main').focus();
    await eventually('it to go on', async () => (await state()) === 'running');
    await life.evaluate((animation) => animation.finish());
    await toast.waitFor({ state: 'detached' });
  });

  // --- its shape ---

  stage.test('stays a table for screen readers when its rows are cards', { viewport: { width: 320, height: 640 } }, async ({ page, visitor }) => {
    await visitor.createKey('Card');
    await page.reload();
    const tree = await page.locator('table').ariaSnapshot();
    for (const part of ['table', 'row', 'columnheader "Name"', 'rowheader "Card"', 'cell']) assert.ok(tree.includes(part), `${part} in ${tree}`);
    assert.ok(await page.getByRole('columnheader', { name: 'Created' }).evaluate((head) => head.getAttribute('aria-sort') === 'descending'));
    const { height } = await page.getByRole('link', { name: /^Regenerate/ }).boundingBox();
    assert.ok(height >= 44, `the button is ${height} px high`);
  });

  stage.test('has its own title, a language, and a way past the navigation', async ({ page }) => {
    assert.match(await page.title(), /^API Keys · /);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await page.locator('html').getAttribute('dir'), 'ltr');
    await page.keyboard.press('Tab');
    const skip = page.locator(':focus');
    assert.match(await skip.innerText(), /Skip/);
    assert.ok(await skip.evaluate((link) => link.getBoundingClientRect().left >= 0));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.ok(await page.locator(':focus').evaluate((element) => document.querySelector('main').contains(element)));
  });

  stage.test('a click with a modifier opens the form as a page of its own', async ({ page, context }) => {
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Create Key' }).click({ modifiers: ['Control'] });
    const tab = await opened;
    await tab.waitForURL(`**${keysPath}/new`);
    assert.equal(await page.locator('dialog[open]').count(), 0);
  });

  stage.test('the form as a page works with the module too: shown once, copied, warned', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, keyNames, alive }) => {
    await page.goto(`${keysPath}/new`);
    await page.getByLabel('Name').fill('From the page');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByRole('heading', { name: 'API Key Created!' }).waitFor();
    const fullKey = await keyField(page).inputValue();
    assert.ok(await alive(fullKey));
    await page.getByRole('button', { name: /the key/ }).click();
    await page.getByText('Copied to clipboard').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), fullKey);
    await page.getByRole('link', { name: 'Done' }).click();
    await page.waitForURL(`**${keysPath}`);
    assert.deepEqual(await keyNames(), ['From the page']);
  });
});

const exactTime = (iso, locale, timeZone) => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }).format(new Date(iso));

const showsText = async (page, text) => {
  const found = page.getByText(text, { exact: false });
  for (const one of await found.all()) {
    if (await one.evaluate((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 1)) return true;
  }
  return false;
};
