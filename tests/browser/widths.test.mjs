// The list of keys at every width of a window, whatever the names of keys, callers, tenants and users: nothing past the
// edge, each button within its card, and no long name is lost.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { assertNothingPastTheEdge, look, picture } from './support/look.mjs';
import { atOnce, keysPath, openStage } from './support/stage.mjs';
import { eventually } from './support/steps.mjs';

const widths = [320, 400, 700, 900, 1100, 1200, 1280, 1440];

const callers = {
  'a short caller': 'curl/8.5',
  'claviger-doctor': 'claviger-doctor',
  'a long caller': 'my-company-internal-reporting-service/1.0',
  'a caller of 200 characters': 'W'.repeat(200),
};
const longName = 'W'.repeat(100);

// The buttons of the list that are not wholly within its card, and the parts of a row that are not within their cell.
const strays = (page) => page.evaluate(() => {
  const box = (element) => element.getBoundingClientRect();
  const within = (inner, outer) => inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5;
  const card = document.querySelector('#keys');
  const buttons = [...card.querySelectorAll('.button')].filter((button) => !within(box(button), box(card)));
  const parts = [...card.querySelectorAll('tbody :is(th > bdi, time, .exact, code, .caller, .button)')]
    .filter((part) => !within(box(part), box(part.closest('th, td'))));
  return [...buttons, ...parts].map((element) => `${element.localName} from ${box(element).left} to ${box(element).right}: ${element.textContent.trim().slice(0, 40)}`);
});

async function assertFits(page, state) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: innerWidth }));
    assert.ok(scroll <= inner, `the page is ${scroll} px wide in a window of ${inner} px, ${state}`);
    assert.deepEqual(await strays(page), [], `at ${width} px, ${state}`);
    await assertNothingPastTheEdge(page, state);
    await picture(page, `width-${width}-${state.replaceAll(' ', '-')}`);
  }
}

async function useKeys({ page, visitor, service, tenant }) {
  for (const [name, agent] of Object.entries(callers)) {
    const key = await visitor.createKey(name);
    await service.request({ host: tenant.host, path: '/v1/verify', headers: { 'X-Api-Key': key.fullKey, 'User-Agent': agent } });
  }
  await eventually('the uses to be recorded', async () => {
    const { keys } = (await visitor.get('/api/api-keys')).json();
    return keys.every(({ lastUsedAt }) => lastUsedAt !== null);
  });
  await visitor.createKey(longName);
  await page.goto(keysPath);
}

describe('the list fits at every width', atOnce, () => {
  const stage = openStage();

  for (const [what, options] of Object.entries({ 'with the module': {}, 'without JavaScript': { javaScriptEnabled: false } })) {
    stage.test(`keys with callers of every length, ${what}`, options, async (person) => {
      await useKeys(person);
      assert.equal(await person.page.getByRole('row').count(), Object.keys(callers).length + 2);
      await assertFits(person.page, `callers ${what}`);
    });
  }

  stage.test('a long caller is shown whole by its title, and wholly on a card', async (person) => {
    const { page } = person;
    await useKeys(person);
    const name = page.getByText('my-company-internal-reporting-service', { exact: true });
    const isCut = () => name.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
    await page.setViewportSize({ width: 1100, height: 800 });
    assert.equal(await page.getByTitle('my-company-internal-reporting-service').count(), 1);
    assert.equal(await isCut(), true);
    await page.setViewportSize({ width: 320, height: 800 });
    assert.equal(await isCut(), false);
  });

  stage.test('the exact time covers no caller', async (person) => {
    const { page } = person;
    await useKeys(person);
    await page.setViewportSize({ width: 1100, height: 800 });
    await page.getByRole('rowheader', { name: 'a long caller' }).hover();
    await look(page, 'keys-with-callers');
    await page.setViewportSize({ width: 1100, height: 800 });
    for (const name of Object.keys(callers)) {
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
      const [exact, caller] = await Promise.all([row.locator('.exact').last().boundingBox(), row.locator('.caller').boundingBox()]);
      assert.ok(exact.y >= caller.y + caller.height - 0.5, `${name}: the exact time from ${exact.y}, the caller to ${caller.y + caller.height}`);
    }
  });

  stage.test('a tenant and a user of long names', async ({ page, service, context }) => {
    const tenant = service.tenant(longName);
    const user = service.user(tenant, { email: `${'w'.repeat(64)}@${'w'.repeat(60)}.${'w'.repeat(60)}.example` });
    const visitor = await service.signedIn(tenant, user);
    await context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: visitor.origin, httpOnly: true })));
    await visitor.createKey(longName);
    await page.goto(`${visitor.origin}${keysPath}`);
    await page.getByRole('rowheader', { name: longName }).waitFor();
    await assertFits(page, 'long names');
    await page.locator('.user summary').click();
    await assertFits(page, 'long names in the menu');
  });
});
