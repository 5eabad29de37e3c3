// A tab of one person, in a browser in which another person has signed in since. The tab acts for neither of them, and
// says so.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { atOnce, openStage } from './support/stage.mjs';
import { createLink, eventually, openConfirm, openCreate, rowOf, signInByForm, submitName } from './support/steps.mjs';

const text = /You are signed in as somebody else now/;

describe('a stale tab', atOnce, () => {
  const stage = openStage();

  // `open` leads to a form first. `body` gets the tab of the first person, after the second person has signed in in
  // another tab of the same browser.
  function stale(title, { open, ...options }, body) {
    stage.test(title, options, async (person) => {
      const { page, context, service, tenant, visitor } = person;
      await visitor.createKey('Of the first');
      await page.reload();
      if (open) {
        await open(page);
        await page.waitForURL(/new|regenerate/);
      }
      const other = service.user(tenant);
      const otherVisitor = await service.signedIn(tenant, other);
      const otherKey = await otherVisitor.createKey('Of the second');
      const tab = await context.newPage();
      await context.clearCookies({ name: 'claviger_session' });
      await tab.goto('/login');
      await signInByForm(tab, other);
      await tab.waitForURL(/settings/);
      const namesOfSecond = async () => (await otherVisitor.get('/api/api-keys')).json().keys.map(({ name }) => name);
      await body({ ...person, other, otherKey, namesOfSecond });
      assert.deepEqual(await namesOfSecond(), ['Of the second'], 'nothing was made');
      assert.ok(await person.alive(otherKey.fullKey), 'nothing was regenerated');
    });
  }

  // The message stands in `place`, and its link leads to the keys of the second person.
  async function leadsOn(page, place, { other }) {
    await place.getByText(text).first().waitFor();
    await place.getByRole('link', { name: /keys/i }).first().click();
    await rowOf(page, 'Of the second').waitFor();
    assert.ok(await page.getByText(other.email).first().isVisible());
  }

  stale('creates nothing by the dialog', {}, async (person) => {
    const { page } = person;
    const dialog = await submitName(page, 'For whom');
    await leadsOn(page, dialog, person);
  });

  stale('regenerates nothing by the dialog', {}, async (person) => {
    const { page } = person;
    const dialog = await openConfirm(page, 'Of the first');
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await leadsOn(page, dialog, person);
  });

  stale('shows no list of the second person under the name of the first', {}, async (person) => {
    const { page } = person;
    // A request without an answer makes the page reload the list.
    await page.route('**/api/api-keys', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    const dialog = await openCreate(page);
    await dialog.getByLabel('Name').fill('Unknown');
    await dialog.getByRole('button', { name: 'Create Key' }).click();
    await eventually('the list to say it', async () => text.test(await page.locator('#keys').innerText()));
    assert.doesNotMatch(await page.locator('#keys').innerText(), /Of the (first|second)/);
    await page.keyboard.press('Escape');
    await leadsOn(page, page.locator('#keys'), person);
  });

  stale('does not sign the second person out', {}, async (person) => {
    const { page } = person;
    await page.locator('.user summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await leadsOn(page, page.locator('main'), person);
  });

  for (const [what, open, submit] of [
    ['creates', (page) => createLink(page).click(), 'Create Key'],
    ['regenerates', (page) => rowOf(page, 'Of the first').getByRole('link').click(), 'Regenerate'],
  ]) {
    const beforeIt = { javaScriptEnabled: false, open };
    stale(`${what} nothing by the form without JavaScript`, beforeIt, async (person) => {
      const { page } = person;
      if (submit === 'Create Key') await page.getByLabel('Name').fill('For whom');
      await page.getByRole('button', { name: submit }).click();
      await leadsOn(page, page.locator('main'), person);
    });
  }
});
