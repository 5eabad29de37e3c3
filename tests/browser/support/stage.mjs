// One service, one tenant and one browser for a test file, and a user of its own for each test.
//
//   const stage = openStage();                          // in describe: opens before the tests and closes after them
//   stage.test('promises something', { javaScriptEnabled: false }, async ({ page, visitor, user }) => { … });
//
// `page` is a signed-in tab on the list of keys; with signedIn: false it is blank. `visitor` sends HTTP requests in the
// same session. Any complaint of the browser fails the test.

import { after, before, test } from 'node:test';

import { startService } from '../../support/service.mjs';
import { startChromium } from './chromium.mjs';
import { watch } from './watch.mjs';

export const keysPath = '/settings/api-keys';

// For describe: the tests of one file run at the same time. Do not use it if several tests read the clipboard, since a
// browser has only one.
export const atOnce = { concurrency: 3 };

export function openStage(browserOptions) {
  const stage = new Stage(browserOptions);
  before(() => stage.open());
  after(() => stage.close());
  return stage;
}

class Stage {
  constructor(browserOptions) {
    this.browserOptions = browserOptions;
  }

  async open() {
    this.service = await startService();
    this.browser = await startChromium(this.browserOptions);
    this.tenant = this.service.tenant();
  }

  async close() {
    await this.browser?.close();
    await this.service?.stop();
  }

  // `options` are Playwright's options of a context, and also signedIn, path (the first page of the tab) and
  // prepare(context).
  test(name, options, body) {
    if (typeof options === 'function') [options, body] = [{}, options];
    test(name, { timeout: 120_000 }, async () => {
      const person = await this.person(options);
      try {
        await body(person);
        person.watched.clean();
      } catch (error) {
        if (person.watched.complaints.length > 0) error.message += `\nThe browser says: ${person.watched.complaints.join('\n')}`;
        throw error;
      } finally {
        await person.context.close();
      }
    });
  }

  async person({ signedIn = true, path = keysPath, tenant = this.tenant, prepare, ...options } = {}) {
    const user = this.service.user(tenant);
    const visitor = signedIn ? await this.service.signedIn(tenant, user) : this.service.visitor(tenant);
    const context = await this.browser.newContext({ baseURL: visitor.origin, ...options });
    context.setDefaultTimeout(20_000);
    const watched = await watch(context);
    await context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: visitor.origin, httpOnly: true })));
    await prepare?.(context);
    const page = await context.newPage();
    if (signedIn) await page.goto(path);
    return { page, context, visitor, user, tenant, watched, service: this.service, ...shortcuts(this.service, tenant, visitor) };
  }
}

function shortcuts(service, tenant, visitor) {
  return {
    // The names of the active keys, newest first.
    keyNames: async () => (await visitor.get('/api/api-keys')).json().keys.map(({ name }) => name),
    // Whether a full key is accepted.
    alive: async (fullKey) => (await service.verify(tenant, fullKey)).status === 204,
  };
}
