// Regenerating a key with the module. The page requires a confirmation, and its messages are true after every fault.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, openStage } from './support/stage.mjs';
import { failWith, hold } from './support/faults.mjs';
import {
  endSession, eventually, finish, holdsFocus, openConfirm, regenerateByDialog, regenerateLink, reveal, rowOf, signInByForm, statusIn,
} from './support/steps.mjs';

const api = '**/api/api-keys/*';

describe('regenerating a key', atOnce, () => {
  const stage = openStage();

  // A test of a person with one key named `name`, shown in the list.
  function withKey(name, title, body) {
    stage.test(title, async (person) => {
      const key = await person.visitor.createKey(name);
      await person.page.reload();
      await body({ ...person, key });
    });
  }

  withKey('Zapier', 'asks first, naming the key and its last use, with the focus on Cancel', async ({ page, key, service, tenant }) => {
    const dialog = await openConfirm(page, 'Zapier');
    assert.ok(await dialog.getByText('Are you sure you want to regenerate “Zapier”? The current key will stop working immediately.').isVisible());
    assert.match(await dialog.innerText(), new RegExp(`${key.fullKey.slice(0, 12)}\\*{4}, never used`));
    await holdsFocus(dialog.getByRole('button', { name: 'Cancel' }));
    await page.keyboard.press('Escape');

    await service.verify(tenant, key.fullKey);
    await eventually('the use to be recorded', async () => {
      await page.reload();
      return !(await rowOf(page, 'Zapier').innerText()).includes('Never');
    });
    const again = await openConfirm(page, 'Zapier');
    assert.match(await again.innerText(), /\*{4}, last used \S.*ago|\*{4}, last used (now|this minute)/);
  });

  for (const [how, close] of [
    ['Cancel', (page, dialog) => dialog.getByRole('button', { name: 'Cancel' }).click()],
    ['Enter on Cancel, where the focus is,', (page) => page.keyboard.press('Enter')],
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['a click beside it', (page) => page.mouse.click(8, 8)],
  ]) {
    withKey('Kept', `${how} changes nothing and gives the focus back`, async ({ page, key, alive }) => {
      const dialog = await openConfirm(page, 'Kept');
      await close(page, dialog);
      await dialog.waitFor({ state: 'hidden' });
      await holdsFocus(regenerateLink(page, 'Kept'));
      assert.ok(await alive(key.fullKey));
      assert.equal(await reveal(page).isVisible(), false);
    });
  }

  withKey('Renewed', 'ends the old value, refreshes the row, and gives the focus to its new button', async ({ page, key, alive, keyNames }) => {
    await page.evaluate(() => { window.sameDocument = true; });
    const fresh = await regenerateByDialog(page, 'Renewed');
    assert.ok(!(await alive(key.fullKey)));
    assert.ok(await alive(fresh));
    await finish(page);
    await rowOf(page, 'Renewed').getByText(fresh.slice(0, 12)).waitFor();
    assert.deepEqual(await keyNames(), ['Renewed']);
    assert.equal(await page.getByRole('rowheader').count(), 1);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await holdsFocus(regenerateLink(page, 'Renewed'));

    const second = await regenerateByDialog(page, 'Renewed'); // with the new button of the row
    assert.ok(await alive(second));
    assert.ok(!(await alive(fresh)));
  });

  withKey('Renewed', 'does not claim that a key was created', async ({ page }) => {
    await regenerateByDialog(page, 'Renewed');
    assert.equal(await page.getByText('API key created!').filter({ visible: true }).count(), 0);
  });

  withKey('Once', 'clicks again and again send one request', async ({ page, alive }) => {
    const held = await hold(page, api);
    const dialog = await openConfirm(page, 'Once');
    const button = dialog.getByRole('button', { name: 'Regenerate' });
    await button.click({ clickCount: 3, force: true });
    await button.press('Enter');
    held.go();
    await reveal(page).waitFor();
    assert.equal(held.requests.length, 1);
    assert.ok(await alive(await page.locator('#full-key').inputValue()));
  });

  withKey('Slow', 'is busy from 150 ms on and keeps the focus', async ({ page }) => {
    const held = await hold(page, api);
    const dialog = await openConfirm(page, 'Slow');
    const button = dialog.getByRole('button', { name: 'Regenerate' });
    await button.click();
    await eventually('the busy state', async () => (await button.getAttribute('aria-busy')) === 'true');
    assert.equal(await button.getAttribute('disabled'), null);
    await holdsFocus(button);
    held.go();
    await reveal(page).waitFor();
  });

  withKey('Offline', 'offline: says that nothing was changed, and nothing was', async ({ page, context, key, alive }) => {
    const dialog = await openConfirm(page, 'Offline');
    await page.waitForLoadState('networkidle'); // icons and all
    await context.setOffline(true);
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await statusIn(dialog).getByText('No connection. Nothing was changed. Try again.').waitFor();
    await context.setOffline(false);
    assert.ok(await alive(key.fullKey));
  });

  withKey('Unknown', 'no answer: says that the outcome is not known, and loads the list', async ({ page, visitor, key }) => {
    let fresh;
    await page.route(api, async (route) => {
      fresh = (await visitor.postJson(`/api/api-keys/${key.id}`)).json();
      await route.abort('connectionreset');
    });
    const dialog = await openConfirm(page, 'Unknown');
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    const told = page.getByText(/not known/).filter({ visible: true });
    await told.waitFor();
    assert.doesNotMatch(await told.innerText(), /Nothing was changed/);
    await eventually('the list to show what is so', async () =>
      (await page.locator('#keys').textContent()).includes(fresh.keyPrefix));
  });

  withKey('Failed', '500: says so with the request’s id, and the key lives on', async ({ page, key, alive }) => {
    await failWith(page, api, 500, { code: 'internal', error: 'Failed to regenerate API key', requestId: 'badc0de0badc0de0badc0de0badc0de0' });
    const dialog = await openConfirm(page, 'Failed');
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await statusIn(dialog).getByText('Failed to regenerate API key').waitFor();
    assert.match(await statusIn(dialog).innerText(), /badc0de0badc0de0badc0de0badc0de0/);
    assert.equal(await reveal(page).isVisible(), false);
    assert.ok(await alive(key.fullKey));
  });

  withKey('No JSON', 'an answer that is no JSON: failed to regenerate', async ({ page, key, alive }) => {
    await page.route(api, (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }));
    const dialog = await openConfirm(page, 'No JSON');
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await statusIn(dialog).getByText('Failed to regenerate key').waitFor();
    assert.ok(await alive(key.fullKey));
  });

  withKey('Elsewhere', 'a key that was regenerated elsewhere meanwhile is said to be not found, and the list is loaded', async ({ page, visitor, key, alive }) => {
    const dialog = await openConfirm(page, 'Elsewhere');
    const elsewhere = (await visitor.postJson(`/api/api-keys/${key.id}`)).json();
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText('API key not found').filter({ visible: true }).waitFor();
    await eventually('the list to show what is so', async () => (await page.locator('#keys').textContent()).includes(elsewhere.keyPrefix));
    assert.ok(await alive(elsewhere.fullKey));
  });

  withKey('Too late', 'a session that ended meanwhile leads to the sign-in and back, and changes nothing', async ({ page, visitor, user, key, alive }) => {
    const dialog = await openConfirm(page, 'Too late');
    await endSession(page, visitor);
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await page.waitForURL(/\/login\?callbackUrl=/);
    await signInByForm(page, user);
    await page.getByText(/nothing was changed/).waitFor();
    assert.ok(await rowOf(page, 'Too late').isVisible());
    assert.ok(await alive(key.fullKey));
  });
});
