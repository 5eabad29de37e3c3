// Signing in and out with the module.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { hold } from './support/faults.mjs';
import { keysPath, openStage } from './support/stage.mjs';
import { eventually, holdsFocus, signInByForm } from './support/steps.mjs';

const signedOut = { signedIn: false };

describe('signing in', () => {
  const stage = openStage();

  stage.test('begins in the e-mail and leads to the keys', signedOut, async ({ page, user }) => {
    await page.goto('/settings/api-keys');
    await page.waitForURL(/\/login\?callbackUrl=/);
    assert.match(await page.title(), /^Sign in · /);
    await holdsFocus(page.getByLabel('E-mail'));
    assert.equal(await page.getByLabel('E-mail').getAttribute('autocomplete'), 'username');
    assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete'), 'current-password');
    await signInByForm(page, user);
    await page.waitForURL(`**${keysPath}`);
    assert.equal(await page.getByText(/nothing was changed/).filter({ visible: true }).count(), 0);
  });

  stage.test('a refusal says why, keeps the e-mail, and puts the focus into the empty password', signedOut, async ({ page, context, user }) => {
    await page.goto('/login');
    await signInByForm(page, { ...user, password: 'not the password' });
    await page.getByRole('alert').getByText('The e-mail or the password is wrong').waitFor();
    assert.equal(await page.getByLabel('E-mail').inputValue(), user.email);
    await holdsFocus(page.getByLabel('Password', { exact: true }));
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
    assert.deepEqual((await context.cookies()).filter(({ name }) => name.endsWith('session')), []);
  });

  stage.test('the password can be shown and hidden again', signedOut, async ({ page }) => {
    await page.goto('/login');
    const field = page.getByLabel('Password', { exact: true });
    await field.fill('secret words');
    const show = page.getByRole('button', { name: /show password/i });
    assert.equal(await show.getAttribute('aria-pressed'), 'false');
    await show.click();
    assert.equal(await field.getAttribute('type'), 'text');
    assert.equal(await page.locator('[aria-pressed=true]').count(), 1);
    await page.locator('[aria-pressed=true]').click();
    assert.equal(await field.getAttribute('type'), 'password');
    assert.equal(await field.inputValue(), 'secret words');
  });

  stage.test('impatient clicks send the form once, and the button says that it works', { ...signedOut, prepare: tellBusy }, async ({ page, user }) => {
    const told = [];
    page.on('console', (message) => told.push(message.text()));
    const held = await hold(page, '**/login');
    await page.goto('/login');
    const button = page.getByRole('button', { name: 'Sign in' });
    await page.getByLabel('E-mail').fill(user.email);
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    const { x, y } = await button.boundingBox();
    await page.mouse.click(x + 5, y + 5, { clickCount: 3 });
    await page.keyboard.press('Enter');
    await eventually('the busy state, with the focus kept', () => told.includes('busy, focused'));
    held.go();
    await page.waitForURL(`**${keysPath}`);
    assert.equal(held.requests.length, 1);
  });

  stage.test('signing out ends the session; Back shows no keys', async ({ page, visitor, user }) => {
    await visitor.createKey('Seen before');
    await page.reload();
    await page.locator('summary', { hasText: user.email }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login$/);
    assert.equal((await visitor.get('/api/api-keys')).status, 401);
    await page.goBack();
    await page.waitForURL(/\/login/);
    assert.equal(await page.getByText('Seen before').count(), 0);
  });

  stage.test('Escape closes the user menu and gives the focus back', async ({ page }) => {
    const summary = page.locator('.user summary');
    await summary.click();
    await page.getByRole('button', { name: 'Sign out' }).focus();
    await page.keyboard.press('Escape');
    await eventually('the menu to be closed', async () => !(await page.locator('details.user').evaluate((menu) => menu.open)));
    await holdsFocus(summary);
  });
});

// Playwright cannot read a page while the response of its navigation is held back. So the page logs its busy state by
// itself.
function tellBusy(context) {
  return context.addInitScript(() => {
    new MutationObserver(([{ target }]) => {
      if (target.ariaBusy === 'true') console.log(`busy${target === document.activeElement ? ', focused' : ''}`);
    }).observe(document, { subtree: true, attributeFilter: ['aria-busy'] });
  });
}
