// The actions of people on the pages and the things that they see, each written once.

import assert from 'node:assert/strict';

import { until } from '../../support/processes.mjs';

export const keyShape = /pk_live_[0-9A-Za-z]{38}/;
export const warning = 'You have not copied the key. If you close now you will have to regenerate it.';

export async function signInByForm(page, { email, password }) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

// --- the parts of the pages ---

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

// --- actions, with the module ---

export async function openCreate(page) {
  await createLink(page).click();
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await dialog.waitFor();
  return dialog;
}

// Types a name and submits it, without waiting for an answer.
export async function submitName(page, name) {
  const dialog = await openCreate(page);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create Key' }).click();
  return dialog;
}

// Stops the time of the page. From then on only page.clock.runFor() advances it.
export async function stopClock(page) {
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 5000);
}

// Creates a key and gives the full key that the one-time view shows.
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

// Closes the one-time view, even if the key was not copied.
export async function finish(page) {
  await done(page).click();
  const anyway = reveal(page).getByRole('button', { name: 'Close without copying' });
  if (await anyway.isVisible()) await anyway.click();
  await reveal(page).waitFor({ state: 'hidden' });
}

// Ends the session of the open page without its knowledge, as a sign-out in another browser does.
export async function endSession(page, visitor) {
  const csrf = await page.locator('[name=csrf]').first().inputValue();
  assert.equal((await visitor.postForm('/logout', { csrf })).status, 303);
}

// --- conditions ---

export const stillShows = async (page, fullKey) => (await reveal(page).isVisible()) && (await keyField(page).inputValue()) === fullKey;

export const eventually = (what, condition) => until(what, condition, 60); // a use shows within a minute

export const keyInSight = (page) => keyField(page).evaluate((field) =>
  field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight);

export function holdsFocus(locator) {
  return eventually(`the focus on ${locator}`, async () =>
    (await locator.count()) === 1 && locator.evaluate((element) => element === document.activeElement));
}

// Asserts that the value is nowhere in the page: not in what it shows, its fields, attributes, storage, address or
// history.
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
