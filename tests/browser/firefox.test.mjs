// The most important promises, in Firefox too: the key is shown once, is not lost by accident, and its copy works as
// stated.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import puppeteer from 'puppeteer-core';

import { startService } from '../support/service.mjs';
import { eventually, keyShape } from './support/steps.mjs';

const keysPath = '/settings/api-keys';

describe('in Firefox', () => {
  let service, tenant, user, browser;

  before(async () => {
    service = await startService();
    tenant = service.tenant();
    user = service.user(tenant);
    browser = await puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true });
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  test('a person signs in, creates a key, cannot lose it by Escape, and does not see it again', { timeout: 120_000 }, async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    const origin = service.visitor(tenant).origin;

    await page.goto(`${origin}/login`);
    await page.type('#email', user.email);
    await page.type('#password', user.password);
    await Promise.all([page.waitForNavigation(), page.click('form [type=submit]')]);
    assert.equal(new URL(page.url()).pathname, keysPath);

    const fullKey = await create(page, 'Firefox');
    assert.match(fullKey, keyShape);
    assert.equal((await service.verify(tenant, fullKey)).status, 204);
    assert.equal(await focused(page), 'the key');
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Escape');
      await eventually('the view to be open', () => shows(page, fullKey));
    }
    await page.mouse.click(5, 5);
    assert.ok(await shows(page, fullKey));

    await page.click('#reveal [data-copy=full-key]');
    await eventually('what the button says', async () => /Copied|Press Ctrl\+C/.test(await text(page, '#reveal [data-copy=full-key]')));
    await page.click('#reveal [data-done]');
    if (await page.$('#reveal[open]')) await page.click('#reveal [data-done]');
    await eventually('the view to be closed', async () => !(await page.$('#reveal[open]')));
    const html = () => page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map(({ value }) => value));
    assert.ok(!(await html()).includes(fullKey));
    await eventually('the row', async () => (await text(page, 'tbody')).includes('Firefox'));

    await page.goto(`${origin}${keysPath}/new`);
    await page.goBack();
    assert.ok(!(await html()).includes(fullKey));
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

async function create(page, name) {
  await page.click('a[data-opens=create]');
  await page.waitForSelector('#create[open]');
  await page.keyboard.type(name); // the focus is in the field
  await page.keyboard.press('Enter');
  await page.waitForSelector('#reveal[open]');
  return page.$eval('#full-key', (field) => field.value);
}

const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const focused = (page) => page.evaluate(() => document.activeElement.querySelector('.hidden')?.textContent.trim());
const shows = (page, fullKey) => page.evaluate((value) => document.querySelector('#reveal').open && document.querySelector('#full-key').value === value, fullKey);
