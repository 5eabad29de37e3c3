// Every state of every page: axe in light and dark, a width of 320 px, and a picture (test/screenshots in
// $CLAVIGER_VAR).

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { failWith, hold } from './support/faults.mjs';
import { look, picture } from './support/look.mjs';
import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { suspend } from './support/suspend.mjs';
import { copyButton, createByDialog, done, endSession, eventually, finish, openConfirm, openCreate, regenerateByDialog, reveal, signInByForm, statusIn, submitName } from './support/steps.mjs';

const signedOut = { signedIn: false };
const names = ['Zapier', 'Scripts', 'مفتاح الإنتاج', 'W'.repeat(60), '<script>alert(1)</script>', '🔑🦜🧵', 'Testing', 'CI', 'n8n'];

describe('nothing for axe to find and nothing past the edge', atOnce, () => {
  const stage = openStage();

  // --- pages ---

  stage.test('sign-in', signedOut, async ({ page, user }) => {
    await page.goto('/login');
    await look(page, 'login');
    await signInByForm(page, { ...user, password: 'not the password' });
    await page.getByRole('alert').waitFor();
    await look(page, 'login-refused');
  });

  stage.test('sign-in after too many attempts', signedOut, async ({ page, visitor, user }) => {
    for (let i = 0; i < 10; i += 1) await visitor.signIn({ ...user, password: 'not the password' });
    await page.goto('/login');
    await signInByForm(page, user);
    await page.getByRole('alert').waitFor();
    await look(page, 'login-throttled');
  });

  stage.test('keys: none, some, searched, no match; the user menu', async ({ page, visitor }) => {
    await look(page, 'keys-empty');
    for (const name of names) await visitor.createKey(name);
    await page.reload();
    await look(page, 'keys');
    await page.locator('.user summary').click();
    await look(page, 'keys-menu');
    await page.goto(`${keysPath}?q=za`);
    await look(page, 'keys-searched');
    await page.goto(`${keysPath}?q=${'nothing'.repeat(12)}`);
    await look(page, 'keys-no-match');
  });

  stage.test('keys by their policy: expiring, expired, disabled, locked; the menu of a row, the expiry of a new key', async ({ page, visitor, tenant, service }) => {
    const soon = new Date(Date.now() + 1500).toISOString();
    await visitor.postJson('/api/api-keys', { name: 'Expired', expiresAt: soon });
    await visitor.postJson('/api/api-keys', { name: 'Expires', expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString() });
    await visitor.createKey('Plain');
    const disabled = await visitor.createKey('A key with a longer name, disabled');
    const locked = await visitor.createKey('Locked');
    await visitor.postJson(`/api/api-keys/${disabled.id}/disable`);
    assert.equal(service.tool(['key', 'disable', '--tenant', tenant.slug, locked.id]).status, 0);
    await eventually('a key to have expired', async () => {
      await page.reload();
      return (await page.locator('.badge.bad').count()) === 1;
    });
    await look(page, 'keys-policy');
    await page.locator('.rarer summary').last().click();
    await look(page, 'keys-row-menu');
    await page.keyboard.press('Escape');
    const dialog = await openCreate(page);
    await dialog.getByText('Expiry').click();
    await look(page, 'create-expiry');
    await dialog.getByLabel('Expires').selectOption('On a date');
    await dialog.getByLabel('Name').fill('x');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await eventually('the error', async () => (await dialog.locator('#expires-error').innerText()) !== '');
    await look(page, 'create-expiry-faulty');
  });

  stage.test('the forms as pages: new, faulty, shown, shown already, confirmation, regenerated', async ({ page, visitor }) => {
    page.on('dialog', (question) => question.accept());
    await page.goto(`${keysPath}/new`);
    await look(page, 'new');
    await page.getByLabel('Name').fill(' ');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByText('Name is required').waitFor();
    await look(page, 'new-faulty');
    await page.getByLabel('Name').fill('Zapier');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByRole('heading', { name: 'API Key Created!' }).waitFor();
    await look(page, 'shown');
    await page.reload();
    await page.getByRole('heading', { name: 'This key was already shown' }).waitFor();
    await look(page, 'shown-already');
    const { keys: [{ id }] } = (await visitor.get('/api/api-keys')).json();
    await page.goto(`${keysPath}/${id}/regenerate`);
    await look(page, 'confirmation');
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByRole('heading', { name: 'Key Regenerated!' }).waitFor();
    await look(page, 'regenerated');
  });

  stage.test('errors: no such page, no such key, no such company, suspended', async ({ page, service }) => {
    await page.goto('/settings/nowhere');
    await look(page, 'error-not-found');
    await page.goto(`${keysPath}/00000000-0000-7000-8000-000000000000/regenerate`);
    await look(page, 'error-no-key');
    await page.goto(`http://localhost:${service.port}/`);
    await page.getByRole('heading', { name: 'No company has this address' }).waitFor();
    assert.equal(await page.getByRole('link').count(), 0, 'no link leads to the same page');
    await look(page, 'error-no-company');
    const tenant = service.tenant();
    suspend(tenant);
    await page.goto(`http://${tenant.host}:${service.port}/login`);
    await look(page, 'error-suspended');
  });

  stage.test("nginx's own error page", async ({ page }) => {
    await page.goto(`/${'x'.repeat(20_000)}`);
    await look(page, 'error-nginx');
  });

  // --- dialogs ---

  stage.test('create: open, busy, refused, failed', async ({ page, visitor }) => {
    await visitor.createKey('Taken');
    await page.reload();
    await openCreate(page);
    await look(page, 'dialog-create');
    await page.keyboard.press('Escape');
    const held = await hold(page, '**/api/api-keys');
    const dialog = await submitName(page, 'Taken');
    await eventually('the busy state', async () => (await dialog.locator('[aria-busy=true]').count()) === 1);
    await look(page, 'dialog-create-busy');
    held.go();
    await dialog.getByText('An API key with this name already exists').waitFor();
    await look(page, 'dialog-create-refused');
    await page.unrouteAll();
    await failWith(page, '**/api/api-keys', 500, { code: 'internal', error: 'Failed to create API key', requestId: 'c0ffee00c0ffee00c0ffee00c0ffee00' });
    await dialog.getByLabel('Name').fill('Unlucky');
    await page.keyboard.press('Enter');
    await dialog.getByText('Failed to create API key').waitFor();
    await look(page, 'dialog-create-failed');
  });

  stage.test('the one-time view: shown, copied, refused by the clipboard, not copied', { permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page }) => {
    await createByDialog(page, `${'W'.repeat(60)} 🔑`);
    await statusIn(reveal(page)).getByText('API key created!').waitFor();
    await look(page, 'dialog-shown');
    await copyButton(page).click();
    await reveal(page).getByText('Copied to clipboard').waitFor();
    await picture(page, 'dialog-copied-light'); // this state lasts 2 s
    await finish(page);
    await createByDialog(page, 'Another');
    await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
    await copyButton(page).click();
    await copyButton(page).getByText('Press Ctrl+C').waitFor();
    await look(page, 'dialog-copy-refused');
    await done(page).click();
    await reveal(page).getByText('You have not copied the key.').waitFor();
    await look(page, 'dialog-not-copied');
  });

  stage.test('regenerate: the question, the new key', async ({ page, visitor }) => {
    await visitor.createKey('Zapier');
    await page.reload();
    await openConfirm(page, 'Zapier');
    await look(page, 'dialog-confirm');
    await page.keyboard.press('Escape');
    await regenerateByDialog(page, 'Zapier');
    await look(page, 'dialog-regenerated');
  });

  stage.test('a tab of before somebody else signed in', async ({ page, context, service, tenant, visitor }) => {
    await visitor.createKey('Zapier');
    await page.reload();
    const other = await service.signedIn(tenant, service.user(tenant));
    await context.addCookies([...other.cookies].map(([name, value]) => ({ name, value, url: visitor.origin, httpOnly: true })));
    await submitName(page, 'For whom');
    await page.getByText(/somebody else/).last().waitFor();
    await look(page, 'stale-dialog');
    await page.keyboard.press('Escape');
    await look(page, 'stale-list');
    await page.goto('/settings/api-keys/new');
    await page.locator('[name=pageOf]').last().evaluate((field) => { field.value = '00000000-0000-0000-0000-000000000000'; });
    await page.getByLabel('Name').fill('For whom');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByText(/somebody else/).waitFor();
    await look(page, 'stale-form');
  });

  stage.test('a toast', async ({ page, visitor, user }) => {
    await endSession(page, visitor);
    await submitName(page, 'Too late');
    await page.waitForURL(/\/login\?/);
    await look(page, 'login-ended');
    await signInByForm(page, user);
    const toast = page.getByText(/nothing was changed/);
    await toast.waitFor();
    await page.locator('.toast').getByRole('button').focus(); // the toast stays while it has the focus
    await look(page, 'toast');
  });

  // --- settings of the reader ---

  stage.test('forced colours: what is current, wrong or focused is seen without colours of our own', { forcedColors: 'active' }, async ({ page, visitor }) => {
    await visitor.createKey('Zapier');
    await page.reload();
    await picture(page, 'forced-colours-keys');
    const dialog = await openCreate(page);
    for (const control of [dialog.getByLabel('Name'), dialog.getByRole('button', { name: 'Create Key' }), dialog.getByRole('button', { name: 'Cancel' })]) {
      assert.notEqual(await control.evaluate((element) => getComputedStyle(element).borderTopWidth), '0px', `${control} has a border`);
      await control.focus();
      await page.keyboard.press('Shift'); // the keyboard is in use
      assert.match(await control.evaluate((element) => getComputedStyle(element).outlineStyle), /solid|auto|double/);
    }
    await picture(page, 'forced-colours-create');
  });

  stage.test('reduced motion: nothing moves', { reducedMotion: 'reduce' }, async ({ page }) => {
    // A slow rotation may show that a request is pending.
    const moving = () => page.evaluate(() => [...document.querySelectorAll('*')].flatMap((element) =>
      [null, '::after', '::backdrop'].flatMap((part) => {
        const { transitionDuration, animationName, animationDuration } = getComputedStyle(element, part);
        const seconds = Math.max(...transitionDuration.split(',').map(parseFloat));
        const quick = animationName !== 'none' && parseFloat(animationDuration) < 3;
        return seconds > 0 || quick ? [`${element.localName}.${element.className}${part ?? ''}`] : [];
      })));
    const held = await hold(page, '**/api/api-keys');
    const dialog = await submitName(page, 'Still');
    await eventually('the busy state', async () => (await dialog.locator('[aria-busy=true]').count()) === 1);
    assert.deepEqual(await moving(), []);
    held.go();
    await reveal(page).waitFor();
    assert.deepEqual(await moving(), []);
  });

  stage.test('text of twice the size fits without sideways scrolling', { viewport: { width: 640, height: 800 } }, async ({ page, visitor }) => {
    for (const name of names) await visitor.createKey(name);
    await page.goto(keysPath);
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await picture(page, 'keys-twice-the-size');
  });

  stage.test('right-to-left: the pages turn around whole', { viewport: { width: 1200, height: 800 } }, async ({ page, visitor }) => {
    for (const name of names) await visitor.createKey(name);
    await page.reload();
    await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    const [nav, main] = [await page.getByRole('navigation').boundingBox(), await page.getByRole('main').boundingBox()];
    assert.ok(nav.x > main.x, 'the navigation stands at the right');
    await picture(page, 'right-to-left-keys');
    await openCreate(page);
    await picture(page, 'right-to-left-create');
  });
});
