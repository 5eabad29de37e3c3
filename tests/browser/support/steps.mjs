// What people do and see on the pages, said once.

import assert from 'node:assert/strict';

import { until } from '../../support/processes.mjs';

export const keyShape = /pk_live_[0-9A-Za-z]{38}/;
export const warning = 'You have not copied the key. If you close now you will have to regenerate it.';

export async function signInByForm(page, { email, password }) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

// --- where things are ---

export function rowOf(page, name) {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
}

export const createLink = (page) => page.getByRole('link', { name: 'Create Key' });
export const regenerateLink = (page, name) => rowOf(page, name).getByRole('link', { name: /^Regenerate/ });
export const reveal = (page) => page.locator('dialog#reveal');
export const keyField = (page) => page.locator('#full-key');
export const copyButton = (page) => reveal(page).getByRole('button', { name: /the key/ });
export const copyCurlButton = (page) => reveal(page).getByRole('button', { name: /the command/ });
export const done = (page) => reveal(page).getByRole('button', { name: 'Done' });
export const statusIn = (dialog) => dialog.getByRole('status');

// --- what people do, with the module ---

export async function openCreate(page) {
  await createLink(page).click();
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await dialog.waitFor();
  return dialog;
}

// Types a name and submits, without waiting for an answer.
export async function submitName(page, name) {
  const dialog = await openCreate(page);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create Key' }).click();
  return dialog;
}

// From here on the page's time stands, and passes by page.clock.runFor() alone.
export async function stopClock(page) {
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 5000);
}

// Gives the full key that the one-time view shows.
export async function createByDialog(page, name) {
  await submitName(page, name);
  return shownKey(page);
}

export async function openConfirm(page, name) {
  await regenerateLink(page, name).click();
  const dialog = page.getByRole('alertdialog', { name: 'Regenerate API Key' });
  await dialog.waitFor();
  return dialog;
}

export async function regenerateByDialog(page, name) {
  const dialog = await openConfirm(page, name);
  await dialog.getByRole('button', { name: 'Regenerate' }).click();
  return shownKey(page);
}

export async function shownKey(page) {
  await reveal(page).waitFor();
  return keyField(page).inputValue();
}

// Ends the one-time view, also without a copy.
export async function finish(page) {
  await done(page).click();
  const anyway = reveal(page).getByRole('button', { name: 'Close without copying' });
  if (await anyway.isVisible()) await anyway.click();
  await reveal(page).waitFor({ state: 'hidden' });
}

// Ends the session of the open page behind its back, as a sign-out in another browser does.
export async function endSession(page, visitor) {
  const csrf = await page.locator('[name=csrf]').first().inputValue();
  assert.equal((await visitor.postForm('/logout', { csrf })).status, 303);
}

// --- what must come true ---

export const stillShows = async (page, fullKey) => (await reveal(page).isVisible()) && (await keyField(page).inputValue()) === fullKey;

export const eventually = (what, condition) => until(what, condition, 20);

export const keyInSight = (page) => keyField(page).evaluate((field) =>
  field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight);

export function holdsFocus(locator) {
  return eventually(`the focus on ${locator}`, async () =>
    (await locator.count()) === 1 && locator.evaluate((element) => element === document.activeElement));
}

// The value is nowhere in the page: not in what it shows, its fields, attributes, storage, address or history.
export async function assertForgotten(page, fullKey) {
  const places = await page.evaluate((value) => {
    const texts = {
      page: document.documentElement.outerHTML,
      fields: [...document.querySelectorAll('input, textarea')].map((field) => `${field.value} ${field.defaultValue}`).join(' '),
      address: location.href,
      history: JSON.stringify(history.state) ?? '',
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      requests: performance.getEntries().map(({ name }) => name).join(' '),
      cookies: document.cookie,
    };
    return Object.keys(texts).filter((place) => texts[place].includes(value));
  }, fullKey);
  assert.deepEqual(places, []);
}
