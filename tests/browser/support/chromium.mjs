// Debian's Chromium, without a word to the outside.

import { chromium } from 'playwright-core';

const quiet = [
  '--no-sandbox', // root has none
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // *.localhost is secure by definition; a host *.test shows what an http site elsewhere gets.
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

export function startChromium({ pageCache = false, args = [] } = {}) {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...quiet, ...args],
    // Playwright switches the back/forward cache off, which people have on.
    ignoreDefaultArgs: pageCache ? ['--disable-back-forward-cache'] : [],
  });
}
