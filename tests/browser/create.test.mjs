// Creating a key with the module: the dialog, its errors, and the list afterwards.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { failWith, hold } from './support/faults.mjs';
import {
  createByDialog, createLink, endSession, eventually, finish, holdsFocus, openCreate, reveal, rowOf, signInByForm, statusIn, stopClock, submitName,
} from './support/steps.mjs';

const api = '**/api/api-keys';

describe('creating a key', atOnce, () => {
  const stage = openStage();

  stage.test('opens a dialog over the list, with the focus in the empty field', async ({ page }) => {
    const dialog = await openCreate(page);
    assert.equal(new URL(page.url()).pathname, keysPath);
    assert.ok(await dialog.getByText('Give your API key a name to help you identify it later.').isVisible());
    const field = dialog.getByLabel('Name');
    await holdsFocus(field);
    assert.equal(await field.getAttribute('placeholder'), 'e.g., Zapier, Scripts, Testing');
    assert.equal(await field.inputValue(), '');
    assert.ok(await dialog.evaluate((element) => element.matches(':modal')));
  });

  for (const [how, close] of [
    ['Cancel', (page, dialog) => dialog.getByRole('button', { name: 'Cancel' }).click()],
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['a click beside it', (page) => page.mouse.click(8, 8)],
  ]) {
    stage.test(`${how} closes it, gives the focus back, and stores nothing`, async ({ page, keyNames }) => {
      const dialog = await openCreate(page);
      await dialog.getByLabel('Name').fill('Never made');
      await close(page, dialog);
      await dialog.waitFor({ state: 'hidden' });
      await holdsFocus(createLink(page));
      assert.deepEqual(await keyNames(), []);
      const again = await openCreate(page);
      assert.equal(await again.getByLabel('Name').inputValue(), '');
    });
  }

  stage.test('works by keyboard alone', async ({ page, keyNames }) => {
    await createLink(page).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Create API Key' }).waitFor();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await reveal(page).waitFor();
    assert.deepEqual(await keyNames(), ['By keyboard']);
  });

  stage.test('keeps the focus inside the dialog', async ({ page }) => {
    const dialog = await openCreate(page);
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      const where = await dialog.evaluate((element) => (element.contains(document.activeElement) ? 'inside' : document.activeElement.localName));
      assert.ok(['inside', 'body', 'html'].includes(where), where); // or in the browser's own controls
    }
  });

  stage.test('the list shows the new key first, without a reload, and the focus goes back', async ({ page, visitor }) => {
    await visitor.createKey('Older');
    await page.reload();
    await page.evaluate(() => { window.sameDocument = true; });
    const fullKey = await createByDialog(page, 'Newer');
    await finish(page);
    await rowOf(page, 'Newer').waitFor();
    assert.deepEqual(await page.getByRole('rowheader').allInnerTexts(), ['Newer', 'Older']);
    assert.match(await rowOf(page, 'Newer').innerText(), new RegExp(`${fullKey.slice(0, 12)}\\*{4}`));
    assert.equal(await page.locator('caption').innerText(), 'API keys, newest first, 2 of 2');
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await holdsFocus(createLink(page));
  });

  stage.test('the first key takes the place of the empty list', async ({ page }) => {
    await createByDialog(page, 'First');
    await finish(page);
    await rowOf(page, 'First').waitFor();
    assert.equal(await page.getByText('No API keys yet.').count(), 0);
  });

  // --- wrong input ---

  for (const [what, typed, text] of [
    ['an empty name', '', 'Name is required'],
    ['a name of spaces', ' \u00a0\u3000 ', 'Name is required'],
    ['101 characters', '𝒳'.repeat(101), 'Name too long'],
    ['control characters', 'a\u0007b', 'Name must be valid text without control characters'],
    ['a name in use', ' Taken ', 'An API key with this name already exists'],
  ]) {
    stage.test(`${what} is refused at the field, with the focus there, nothing typed lost and nothing stored`, async ({ page, visitor, keyNames }) => {
      await visitor.createKey('Taken');
      const dialog = await submitName(page, typed);
      await dialog.getByText(text, { exact: true }).waitFor();
      const field = dialog.getByLabel('Name');
      await holdsFocus(field);
      assert.equal(await field.inputValue(), typed);
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal(await describedBy(field), text);
      assert.deepEqual(await keyNames(), ['Taken']);
      assert.equal(await page.locator('dialog[open]').count(), 1);

      await field.fill('Mended');
      await page.keyboard.press('Enter');
      await reveal(page).waitFor();
      assert.deepEqual(await keyNames(), ['Mended', 'Taken']);
    });
  }

  stage.test('an error is gone when the dialog is opened anew', async ({ page }) => {
    const dialog = await submitName(page, ' ');
    await dialog.getByText('Name is required').waitFor();
    await page.keyboard.press('Escape');
    const again = await openCreate(page);
    assert.equal(await again.getByText('Name is required').count(), 0);
    assert.notEqual(await again.getByLabel('Name').getAttribute('aria-invalid'), 'true');
  });

  stage.test('a hundred emoji are a name', async ({ page, keyNames }) => {
    await createByDialog(page, '🔑'.repeat(100));
    assert.deepEqual(await keyNames(), ['🔑'.repeat(100)]);
  });

  stage.test('over the limit of 500 keys it says so, and stores nothing', async ({ page, visitor, keyNames }) => {
    await makeKeys(visitor, 500);
    const dialog = await submitName(page, 'One too many');
    await dialog.getByText('You have 500 of 500 keys').waitFor();
    assert.equal((await keyNames()).length, 500);
    await page.goto(keysPath);
    assert.ok(await page.getByText('You have 500 of 500 keys').isVisible());
    assert.equal(await page.getByRole('rowheader').count(), 500);
    await page.goto(`${keysPath}/new`);
    await page.getByLabel('Name').fill('One too many');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByText('You have 500 of 500 keys').waitFor();
    assert.equal(await page.getByLabel('Name').inputValue(), 'One too many');
    assert.equal((await keyNames()).length, 500);
  });

  // --- while a request is pending ---

  stage.test('is busy from 150 ms on and keeps the focus; a quick answer shows no busy state', async ({ page }) => {
    const held = await hold(page, api);
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Slow');
    const button = dialog.getByRole('button', { name: 'Create Key' });
    await button.focus();
    await stopClock(page);
    await button.click();
    await page.clock.runFor(120);
    assert.notEqual(await button.getAttribute('aria-busy'), 'true');
    await page.clock.runFor(60);
    assert.equal(await button.getAttribute('aria-busy'), 'true');
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    assert.equal(await button.getAttribute('disabled'), null);
    await holdsFocus(button);
    held.go();
    await reveal(page).waitFor();
  });

  stage.test('clicks and Enter again and again send one request and make one key', async ({ page, keyNames }) => {
    const held = await hold(page, api);
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Once');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
    const button = dialog.getByRole('button', { name: 'Create Key' });
    await button.click({ clickCount: 3, force: true }); // people also click a busy button
    await button.press('Enter');
    await button.press('Space');
    held.go();
    await reveal(page).waitFor();
    assert.equal(held.requests.length, 1);
    assert.deepEqual(await keyNames(), ['Once']);
  });

  // --- faults that are not the user's ---

  stage.test('offline: says that nothing was changed, keeps what was typed, and works once the connection is back', async ({ page, context, keyNames }) => {
    await page.waitForLoadState('networkidle'); // icons and all
    await context.setOffline(true);
    const dialog = await submitName(page, 'Typed offline');
    await statusIn(dialog).getByText('No connection. Nothing was changed. Try again.').waitFor();
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'Typed offline');
    await context.setOffline(false);
    assert.deepEqual(await keyNames(), []);
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await reveal(page).waitFor();
    assert.deepEqual(await keyNames(), ['Typed offline']);
  });

  stage.test('no answer: says that the outcome is not known, and loads the list', async ({ page, visitor }) => {
    await page.route(api, async (route) => {
      await visitor.createKey('Made unseen');
      await route.abort('connectionreset');
    });
    const dialog = await submitName(page, 'Made unseen');
    const told = statusIn(dialog).getByText(/not known/);
    await told.waitFor();
    assert.doesNotMatch(await told.innerText(), /Nothing was changed/);
    await rowOf(page, 'Made unseen').waitFor({ state: 'attached' });
    assert.equal(await reveal(page).isVisible(), false);
  });

  for (const [status, code, text] of [
    [500, 'internal', 'Failed to create API key'],
    [503, 'unavailable', 'The service is not available: try again in a moment'],
  ]) {
    stage.test(`${status}: says what the answer says, with the request's id, and keeps what was typed`, async ({ page, keyNames }) => {
      await failWith(page, api, status, { code, error: text, requestId: 'c0ffee00c0ffee00c0ffee00c0ffee00' });
      const dialog = await submitName(page, 'Unlucky');
      await statusIn(dialog).getByText(text).waitFor();
      assert.match(await statusIn(dialog).innerText(), /c0ffee00c0ffee00c0ffee00c0ffee00/);
      assert.equal(await dialog.getByLabel('Name').inputValue(), 'Unlucky');
      assert.equal(await reveal(page).isVisible(), false);
      assert.deepEqual(await keyNames(), []);
    });
  }

  stage.test("an answer that is no JSON, such as a proxy's, is an unexpected error", async ({ page, keyNames }) => {
    await page.route(api, (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    const dialog = await submitName(page, 'Unlucky');
    await statusIn(dialog).getByText('An unexpected error occurred').waitFor();
    assert.equal(await page.getByText('Bad Gateway').count(), 0);
    assert.deepEqual(await keyNames(), []);
  });

  stage.test('a list that cannot be loaded afterwards says so, and the one-time view stays', async ({ page }) => {
    await page.route(`**${keysPath}*`, (route) => route.abort());
    await createByDialog(page, 'Seen');
    await page.getByText('Failed to load API keys').filter({ visible: true }).waitFor();
    assert.ok(await reveal(page).isVisible());
  });

  stage.test('a session that ended meanwhile leads to the sign-in and back, says that nothing was changed, and nothing was', async ({ page, visitor, user, service, tenant }) => {
    await page.goto(`${keysPath}?q=keep`);
    await endSession(page, visitor);
    await submitName(page, 'Too late');
    await page.waitForURL(/\/login\?/);
    assert.ok(await page.getByText(/nothing was changed/).isVisible());
    await signInByForm(page, user);
    await page.waitForURL(/\/settings\/api-keys\?q=keep$/);
    await page.getByText(/nothing was changed/).waitFor();
    const again = await service.signedIn(tenant, user);
    assert.deepEqual((await again.get('/api/api-keys')).json(), { keys: [] });
    await page.reload();
    assert.equal(await page.getByText(/nothing was changed/).count(), 0);
  });
});

// The text that a screen reader reads for a field, besides its name.
const describedBy = (field) => field.evaluate((input) =>
  input.getAttribute('aria-describedby').split(' ').map((id) => input.ownerDocument.getElementById(id)?.textContent).join(' ').trim());

async function makeKeys(visitor, count) {
  for (let made = 0; made < count; made += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => visitor.createKey(`Key ${made + i}`)));
  }
}
