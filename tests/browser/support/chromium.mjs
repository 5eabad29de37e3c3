// Debian's Chromium, without connections to the outside.

import { chromium } from 'playwright-core';

const quiet = [
  '--no-sandbox', // it does not work for root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // *.localhost is secure by definition. A host *.test shows how the browser treats an http site elsewhere.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

export function startChromium({ pageCache = false, args = [] } = {}) {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...quiet, ...args],
    // Playwright switches the back/forward cache off by default. Browsers have it on by default.
    ignoreDefaultArgs: pageCache ? ['--disable-back-forward-cache'] : [],
  });
}
