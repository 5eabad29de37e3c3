// The checks for every state of every page: axe finds nothing in light and dark, and nothing is outside a 320 px
// screen. A picture of each state is for people to look at.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const pictures = join(dirname(process.env.TEST_CONFIG), 'screenshots');
mkdirSync(pictures, { recursive: true });

const wide = { width: 1200, height: 800 };
const between = { width: 768, height: 800 }; // where cards become rows
const narrow = { width: 320, height: 640 };

// Checks the current state of the page, and does not change it.
export async function look(page, state) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await assertNothingForAxe(page, `${state}, ${colorScheme}`);
    await picture(page, `${state}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  for (const size of [wide, between]) {
    await page.setViewportSize(size);
    await assertNothingPastTheEdge(page, state);
  }
  await page.setViewportSize(narrow);
  await settled(page);
  await assertNothingPastTheEdge(page, state);
  await assertNothingForAxe(page, `${state}, narrow`);
  await picture(page, `${state}-narrow`);
  await page.setViewportSize(wide);
}

export async function picture(page, name) {
  const fullPage = (await page.locator('dialog[open]').count()) === 0; // a backdrop is as high as the screen
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage, caret: 'initial', animations: 'allow' });
}

// Finishes the transitions. Otherwise axe would measure colours in the middle of one.
async function settled(page) {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
  });
}

async function assertNothingForAxe(page, state) {
  await page.evaluate(`globalThis.axe ?? (() => { ${axeSource} })()`);
  const findings = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.any.map(({ message }) => message)}`).join(' | ')}`);
  }, tags);
  assert.deepEqual(findings, [], `axe, ${state}`);
}

// Neither the page nor a dialog scrolls sideways. No visible element is out of reach beyond the edge.
export async function assertNothingPastTheEdge(page, state) {
  const past = await page.evaluate(() => {
    const found = [];
    for (const box of [document.documentElement, document.body, ...document.querySelectorAll('dialog[open]')]) {
      if (box.scrollWidth > box.clientWidth) found.push(`${box.localName} scrolls: ${box.scrollWidth} > ${box.clientWidth}`);
    }
    const reachable = (element) => {
      for (let box = element.parentElement; box; box = box.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) return true;
        if (box.getBoundingClientRect().width <= 1) return true; // for screen readers only
      }
      return false;
    };
    for (const element of document.body.querySelectorAll('*')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (element.matches('.skip:not(:focus)')) continue; // stays outside until it has the focus
      const told = `${element.localName}.${element.className} from ${left} to ${right}: ${element.textContent.trim().slice(0, 40)}`;
      if ((left < -0.5 || right > innerWidth + 0.5) && !reachable(element)) found.push(told);
      const around = element.parentElement.getBoundingClientRect();
      const flows = ['static', 'relative'].includes(getComputedStyle(element).position) && getComputedStyle(element.parentElement).display !== 'contents';
      if (flows && (left < around.left - 1 || right > around.right + 1) && !reachable(element)) found.push(`out of its box: ${told}`);
    }
    return found;
  });
  assert.deepEqual(past, [], `past the edge at ${page.viewportSize().width} px, ${state}`);
}
