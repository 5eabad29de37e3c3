// The policy of a key on the page: when it expires, and whether it is disabled. With the module and without it.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { eventually, finish, holdsFocus, openCreate, shownKey } from './support/steps.mjs';

const off = { javaScriptEnabled: false };
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const listed = async (visitor) => (await visitor.get('/api/api-keys')).json().keys;

async function choose(page, name, action) {
  await row(page, name).locator('.rarer summary').click();
  await row(page, name).getByRole('button', { name: action }).click();
}

describe('the policy of a key', atOnce, () => {
  const stage = openStage();

  stage.test('expiry is folded away, and a name alone makes a key that never expires', async ({ page, visitor }) => {
    const dialog = await openCreate(page);
    assert.ok(!(await dialog.getByLabel('Expires').isVisible()));
    await dialog.getByLabel('Name').fill('For ever');
    await page.keyboard.press('Enter');
    await shownKey(page);
    assert.equal((await listed(visitor))[0].expiresAt, null);
    await finish(page);
    assert.equal(await page.locator('.badge').count(), 0);
  });

  stage.test('a key that is to expire in 7 days says so in its row', async ({ page, visitor }) => {
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Week');
    await dialog.getByText('Expiry').click();
    assert.ok(!(await dialog.getByLabel('Last day').isVisible()));
    await dialog.getByLabel('Expires').selectOption('In 7 days');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await shownKey(page);
    await finish(page);
    assert.match(await row(page, 'Week').locator('.badge').innerText(), /^Expires in 7 days/);
    const lifetime = Date.parse((await listed(visitor))[0].expiresAt) - Date.now();
    assert.ok(Math.abs(lifetime - 7 * 86_400_000) < 60_000, `${lifetime} ms`);
  });

  stage.test('a lifetime counts by the clock of the server', async ({ page, visitor }) => {
    await page.addInitScript(() => {
      const { now } = Date;
      Date.now = () => now() + 3 * 86_400_000;
    });
    await page.reload();
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Ahead');
    await dialog.getByText('Expiry').click();
    await dialog.getByLabel('Expires').selectOption('In 7 days');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await shownKey(page);
    const lifetime = Date.parse((await listed(visitor))[0].expiresAt) - Date.now();
    assert.ok(Math.abs(lifetime - 7 * 86_400_000) < 60_000, `${lifetime} ms`);
  });

  stage.test('a bad date stands at its field, and makes nothing', async ({ page, keyNames }) => {
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Old');
    await dialog.getByText('Expiry').click();
    await dialog.getByLabel('Expires').selectOption('On a date');
    await dialog.getByLabel('Last day').fill('2020-01-01');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await eventually('the error', async () => /must be a date/.test(await dialog.locator('#expires-error').innerText()));
    await holdsFocus(dialog.getByLabel('Expires'));
    assert.equal(await dialog.getByLabel('Expires').getAttribute('aria-invalid'), 'true');
    assert.equal(await dialog.locator('#name-error').innerText(), '');
    assert.deepEqual(await keyNames(), []);
    await dialog.getByLabel('Last day').fill('2099-12-31');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await shownKey(page);
    assert.deepEqual(await keyNames(), ['Old']);
  });

  stage.test('disabling and enabling stays on the page, says what was done, and keeps the focus in the row', async ({ page, visitor, alive }) => {
    const { fullKey } = await visitor.createKey('Zapier');
    await page.reload();
    await choose(page, 'Zapier', 'Disable');
    await page.getByText('API key disabled').waitFor();
    assert.equal(await row(page, 'Zapier').locator('.badge').innerText(), 'Disabled');
    assert.equal(await alive(fullKey), false);
    await eventually('the focus to be in the row', () => row(page, 'Zapier').evaluate((element) => element.contains(document.activeElement)));
    const confirm = await openConfirmOf(page, 'Zapier');
    assert.ok(await confirm.getByText('The new key will be enabled.').isVisible());
    await page.keyboard.press('Escape');
    await choose(page, 'Zapier', 'Enable');
    await page.getByText('API key enabled').waitFor();
    assert.equal(await page.locator('.badge').count(), 0);
    assert.equal(await alive(fullKey), true);
  });

  stage.test('a key that an operator disables meanwhile is said to be so, and nothing changes', async ({ page, tenant, visitor, service, alive }) => {
    const { id, fullKey } = await visitor.createKey('Zapier');
    await visitor.postJson(`/api/api-keys/${id}/disable`);
    await page.reload();
    assert.equal(service.tool(['key', 'disable', '--tenant', tenant.slug, id]).status, 0);
    await choose(page, 'Zapier', 'Enable');
    await page.getByText('only an operator can enable it').waitFor();
    assert.equal(await alive(fullKey), false);
    await page.reload();
    assert.equal(await row(page, 'Zapier').locator('.badge').innerText(), 'Disabled by an operator');
    assert.equal(await row(page, 'Zapier').getByRole('link').count(), 0);
  });

  stage.test('an expired key says since when, and the confirmation that its lifetime begins again', async ({ page, visitor }) => {
    await visitor.postJson('/api/api-keys', { name: 'Short', expiresAt: new Date(Date.now() + 1500).toISOString() });
    await eventually('the key to have expired', async () => {
      await page.reload();
      return (await page.locator('.badge.bad').count()) === 1;
    });
    assert.match(await page.locator('.badge').innerText(), /^Expired \w+ \d+/);
    const confirm = await openConfirmOf(page, 'Short');
    assert.ok(await confirm.getByText('The new key expires after the same time as this one.').isVisible());
  });

  // --- without the module ---

  stage.test('without JavaScript a key is disabled and enabled, and the page comes back to the list', off, async ({ page, visitor, alive }) => {
    const { fullKey } = await visitor.createKey('Zapier');
    await page.reload();
    for (const [action, badges, works] of [['Disable', 1, false], ['Enable', 0, true]]) {
      await choose(page, 'Zapier', action);
      await eventually('the list', async () => (await page.locator('.badge').count()) === badges);
      assert.equal(new URL(page.url()).pathname, keysPath);
      assert.equal(await alive(fullKey), works);
    }
  });

  stage.test('without JavaScript a date can be chosen, and a bad one is shown at its field', off, async ({ page, visitor }) => {
    await page.goto(`${keysPath}/new`);
    await page.getByLabel('Name').fill('Dated');
    await page.getByText('Expiry').click();
    await page.getByLabel('Expires').selectOption('On a date');
    await page.getByLabel('Last day').fill('2020-01-01');
    await page.getByRole('button', { name: 'Create Key' }).click();
    assert.ok(await page.getByText('The expiry must be a date').isVisible());
    assert.equal(await page.getByLabel('Name').inputValue(), 'Dated');
    assert.equal(await page.getByLabel('Last day').inputValue(), '2020-01-01');
    assert.deepEqual(await listed(visitor), []);
    await page.getByLabel('Last day').fill('2099-12-31');
    await page.getByRole('button', { name: 'Create Key' }).click();
    await page.getByRole('heading', { name: 'API Key Created!' }).waitFor();
    assert.equal((await listed(visitor))[0].expiresAt, '2099-12-31T23:59:59.999Z');
    await page.goto(keysPath);
    assert.equal(await page.locator('.badge').innerText(), 'Expires 2099-12-31 23:59 UTC');
  });

  stage.test('a key that expires in 3 days or tomorrow', async ({ page, visitor }) => {
    await visitor.postJson('/api/api-keys', { name: 'Three', expiresAt: inDays(2.9) });
    await visitor.postJson('/api/api-keys', { name: 'One', expiresAt: inDays(0.9) });
    await page.reload();
    assert.match(await row(page, 'Three').locator('.badge').innerText(), /^Expires in 3 days/);
    assert.match(await row(page, 'One').locator('.badge').innerText(), /^Expires in 22 hours/);
  });
});

// As openConfirm(), for a row whose header says more than the name.
async function openConfirmOf(page, name) {
  await row(page, name).getByRole('link', { name: /^Regenerate/ }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Regenerate API Key' });
  await dialog.waitFor();
  return dialog;
}
