// The complete settings website with JavaScript switched off.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { keyShape, rowOf, signInByForm } from './support/steps.mjs';

const off = { javaScriptEnabled: false };

describe('without JavaScript', atOnce, () => {
  const stage = openStage();

  // --- signing in and out ---

  stage.test('a stranger is led to the sign-in and back to the page that was asked for', { ...off, signedIn: false }, async ({ page, user }) => {
    await page.goto(`${keysPath}?q=zap`);
    assert.equal(new URL(page.url()).pathname, '/login');
    await signInByForm(page, user);
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, `${keysPath}?q=zap`);
  });

  stage.test('a refused sign-in keeps the e-mail, empties the password, says why, and signs nobody in', { ...off, signedIn: false }, async ({ page, context, user }) => {
    await page.goto('/login');
    await signInByForm(page, { email: user.email, password: 'not the password' });
    assert.equal(await page.getByRole('alert').innerText(), 'The e-mail or the password is wrong');
    assert.equal(await page.getByLabel('E-mail').inputValue(), user.email);
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
    assert.equal(await focused(page), 'password');
    assert.deepEqual((await context.cookies()).filter(({ name }) => name.endsWith('session')), []);
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.equal(new URL(page.url()).pathname, keysPath);
  });

  stage.test('after too many attempts the sign-in names the wait', { ...off, signedIn: false }, async ({ page, context, visitor, user }) => {
    for (let i = 0; i < 10; i += 1) await visitor.signIn({ ...user, password: 'not the password' });
    await page.goto('/login');
    await signInByForm(page, user);
    assert.equal(await page.getByRole('alert').innerText(), 'Too many attempts. Try again in 15 minutes.');
    assert.equal(await page.getByLabel('E-mail').inputValue(), user.email);
    assert.deepEqual((await context.cookies()).filter(({ name }) => name.endsWith('session')), []);
  });

  stage.test('signing out ends the session and leads to the sign-in; Back shows no keys', off, async ({ page, visitor }) => {
    await visitor.createKey('Seen before');
    await page.reload();
    await page.locator('.user summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    assert.equal(new URL(page.url()).pathname, '/login');
    assert.equal((await visitor.get('/api/api-keys')).status, 401);
    await page.goBack();
    assert.equal(await page.getByText('Seen before').count(), 0);
  });

  stage.test('the user menu holds the e-mail, a link to the keys, and the sign-out', off, async ({ page, user }) => {
    const menu = page.locator('details', { has: page.getByText(user.email) });
    await menu.locator('summary').click();
    assert.ok(await menu.getByRole('link', { name: 'API Keys' }).isVisible());
    assert.ok(await menu.getByRole('button', { name: 'Sign out' }).isVisible());
    const navigation = page.getByRole('navigation', { name: 'Settings' });
    assert.equal(await navigation.getByRole('link', { name: 'API Keys' }).getAttribute('aria-current'), 'page');
  });

  // --- the list ---

  stage.test('an empty list says so and what to do', off, async ({ page }) => {
    for (const text of ['Manage API keys for external tool access', 'No API keys yet.', 'Create one to get started.']) {
      assert.ok(await page.getByText(text).isVisible(), text);
    }
    assert.ok(await page.getByRole('heading', { name: 'API Keys', exact: true, level: 1 }).isVisible());
    assert.ok(await page.getByRole('heading', { name: 'Your API Keys' }).isVisible());
    assert.ok(await page.getByText('API keys allow external tools to access your account. Keys are shown in full only once when created or regenerated.').isVisible());
    assert.match(await page.title(), /^API Keys/);
    assert.equal(await page.getByRole('table').count(), 0);
  });

  stage.test('the list shows each key masked, newest first, in UTC, and Never where it was not used', off, async ({ page, visitor, service, tenant }) => {
    const first = await visitor.createKey('First');
    const second = await visitor.createKey('Second');
    await service.verify(tenant, first.fullKey);
    await page.reload();
    const heads = await page.getByRole('columnheader').allInnerTexts();
    assert.deepEqual(heads.map((head) => head.trim()), ['Name', 'Key', 'Created', 'Last Used', 'Actions']);
    assert.deepEqual(await page.getByRole('rowheader').allInnerTexts(), ['Second', 'First']);
    const cells = await rowOf(page, 'Second').getByRole('cell').allInnerTexts();
    assert.match(cells[0], new RegExp(`^${second.fullKey.slice(0, 12)}\\*{4}`));
    assert.match(cells[1], /^20\d\d-\d\d-\d\d \d\d:\d\d UTC$/);
    assert.equal(cells[2], 'Never');
    assert.equal(await page.locator('caption').innerText(), 'API keys, newest first, 2 of 2');
    const html = await page.content();
    assert.doesNotMatch(html, keyShape);
  });

  stage.test('the search is offered from 8 keys up, finds by name, and can be cleared', off, async ({ page, visitor }) => {
    for (let i = 1; i <= 7; i++) await visitor.createKey(`Tool ${i}`);
    await page.reload();
    assert.equal(await page.getByRole('searchbox').count(), 0);
    await visitor.createKey('Zapier');
    await page.reload();
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('zap');
    await page.getByRole('searchbox').press('Enter');
    assert.match(page.url(), /\/settings\/api-keys\?q=zap$/);
    assert.deepEqual(await page.getByRole('rowheader').allInnerTexts(), ['Zapier']);
    assert.equal(await page.getByRole('searchbox').inputValue(), 'zap');
    assert.equal(await page.locator('caption').innerText(), 'API keys, newest first, 1 of 8');

    await page.getByRole('searchbox').fill('<b>nothing');
    await page.getByRole('searchbox').press('Enter');
    assert.ok(await page.getByText('No key matches “<b>nothing”.').isVisible());
    await page.getByRole('link', { name: 'Clear search' }).first().click();
    assert.equal(await page.getByRole('rowheader').count(), 8);
  });

  // --- creating ---

  stage.test('a key is created and shown once; a reload creates nothing and shows it no more', off, async ({ page, keyNames, alive }) => {
    await page.getByRole('link', { name: 'Create Key' }).click();
    assert.equal(new URL(page.url()).pathname, `${keysPath}/new`);
    assert.ok(await page.getByText('Give your API key a name to help you identify it later.').isVisible());
    assert.equal(await page.getByLabel('Name').getAttribute('placeholder'), 'e.g., Zapier, Scripts, Testing');
    assert.equal(await focused(page), 'name');
    await page.getByLabel('Name').fill('  Zapier ');
    await page.getByRole('button', { name: 'Create Key' }).click();

    assert.ok(await page.getByRole('heading', { name: 'API Key Created!' }).isVisible());
    for (const text of ["Copy this key now. You won't be able to see it again.", 'Store this key securely. It provides full access to your account via the API.']) {
      assert.ok(await page.getByText(text).isVisible(), text);
    }
    const field = page.locator('#full-key');
    const fullKey = await field.inputValue();
    assert.match(fullKey, /^pk_live_[0-9A-Za-z]{38}$/);
    assert.equal(await field.getAttribute('readonly'), '');
    const curl = `curl -H "Authorization: Bearer ${fullKey}" ${new URL('/v1/me', page.url())}`;
    assert.ok((await page.locator('main').innerText()).includes(curl));
    assert.ok(await alive(fullKey));
    assert.deepEqual(await keyNames(), ['Zapier']);
    assert.doesNotMatch(page.url(), keyShape);

    await page.reload();
    assert.ok(await page.getByRole('heading', { name: 'This key was already shown' }).isVisible());
    assert.doesNotMatch(await page.content(), keyShape);
    assert.deepEqual(await keyNames(), ['Zapier']);
    assert.ok(await page.getByRole('main').getByRole('link').first().isVisible());
  });

  stage.test('Done leads to the list; neither Back, Forward nor a new tab shows the key again', off, async ({ page, context, keyNames }) => {
    const fullKey = await create(page, 'Once');
    await page.getByRole('main').getByRole('link', { name: 'Done' }).click();
    assert.equal(new URL(page.url()).pathname, keysPath);
    assert.equal(await rowOf(page, 'Once').count(), 1);
    for (const move of ['goBack', 'goBack', 'goForward', 'goForward']) {
      await page[move]().catch(() => {}); // the page "confirm the form's resubmission" counts as an error
      assert.ok(!(await page.content()).includes(fullKey), move);
    }
    const other = await context.newPage();
    for (const path of [keysPath, `${keysPath}/new`]) {
      await other.goto(path);
      assert.ok(!(await other.content()).includes(fullKey));
    }
    assert.deepEqual(await keyNames(), ['Once']);
  });

  stage.test('two impatient clicks make one key', off, async ({ page, keyNames }) => {
    await page.goto(`${keysPath}/new`);
    await page.getByLabel('Name').fill('Impatient');
    await page.getByRole('button', { name: 'Create Key' }).dblclick();
    await page.getByRole('heading', { name: /API Key Created!|This key was already shown/ }).waitFor();
    assert.deepEqual(await keyNames(), ['Impatient']);
  });

  for (const [what, typed, text] of [
    ['an empty name', '   ', 'Name is required'],
    ['101 characters', 'x'.repeat(101), 'Name too long'],
    ['control characters', 'a\u0007b', 'Name must be valid text without control characters'],
    ['a name in use', 'Taken', 'An API key with this name already exists'],
  ]) {
    stage.test(`${what} is refused at the field, keeps what was typed, and stores nothing`, off, async ({ page, visitor, keyNames }) => {
      await visitor.createKey('Taken');
      await page.goto(`${keysPath}/new`);
      await page.getByLabel('Name').fill(typed);
      await page.getByRole('button', { name: 'Create Key' }).click();
      const field = page.getByLabel('Name');
      assert.equal(await page.getByRole('alert').innerText(), text);
      assert.equal(await field.inputValue(), typed);
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal(await field.getAttribute('aria-describedby'), await page.getByRole('alert').getAttribute('id'));
      assert.equal(await focused(page), 'name');
      assert.deepEqual(await keyNames(), ['Taken']);
    });
  }

  // --- regenerating ---

  stage.test('regenerating asks first; Cancel changes nothing', off, async ({ page, visitor, alive }) => {
    const key = await visitor.createKey('Kept');
    await page.reload();
    await rowOf(page, 'Kept').getByRole('link', { name: 'Regenerate' }).click();
    assert.ok(await page.getByRole('heading', { name: 'Regenerate API Key' }).isVisible());
    assert.ok(await page.getByText('Are you sure you want to regenerate “Kept”? The current key will stop working immediately.').isVisible());
    assert.match(await page.getByRole('main').innerText(), new RegExp(`${key.fullKey.slice(0, 12)}\\*{4}, never used`));
    assert.ok(await page.getByRole('link', { name: 'Cancel' }).evaluate((link) => link === document.activeElement));
    await page.getByRole('link', { name: 'Cancel' }).click();
    assert.equal(new URL(page.url()).pathname, keysPath);
    assert.ok(await alive(key.fullKey));
  });

  stage.test('regenerating shows the new key once and ends the old one; a reload changes nothing more', off, async ({ page, visitor, keyNames, alive }) => {
    const key = await visitor.createKey('Renewed');
    await page.reload();
    await rowOf(page, 'Renewed').getByRole('link', { name: 'Regenerate' }).click();
    await page.getByRole('button', { name: 'Regenerate' }).click();
    assert.ok(await page.getByRole('heading', { name: 'Key Regenerated!' }).isVisible());
    assert.ok(await page.getByText('Copy this new key now. The old key is no longer valid.').isVisible());
    const fresh = await page.locator('#full-key').inputValue();
    assert.ok(await alive(fresh));
    assert.ok(!(await alive(key.fullKey)));

    await page.reload();
    assert.ok(await page.getByRole('heading', { name: 'This key was already shown' }).isVisible());
    assert.ok(!(await page.content()).includes(fresh));
    assert.ok(await alive(fresh));
    assert.deepEqual(await keyNames(), ['Renewed']);
  });

  stage.test("another person's key cannot even be asked about", off, async ({ page, service, tenant, alive }) => {
    const other = await service.signedIn(tenant, service.user(tenant));
    const key = await other.createKey('Not yours');
    const answer = await page.goto(`${keysPath}/${key.id}/regenerate`);
    assert.equal(answer.status(), 404);
    assert.doesNotMatch(await page.content(), /Not yours/);
    assert.ok(await alive(key.fullKey));
  });
});

async function create(page, name) {
  await page.goto(`${keysPath}/new`);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create Key' }).click();
  return page.locator('#full-key').inputValue();
}

const focused = (page) => page.evaluate(() => document.activeElement.id);
