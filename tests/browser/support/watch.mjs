// The complaints of a browser while a test runs: policy violations, errors of the script, missing files.

import assert from 'node:assert/strict';

// Watches every page of a context. `complaints` collects them; `clean()` fails if there are any.
export async function watch(context) {
  const complaints = [];
  await context.exposeBinding('reportViolation', (_, text) => complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sample } = event;
      window.reportViolation(`policy violated: ${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !isExpected(message)) complaints.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400 && isFile(response.url())) complaints.push(`${response.status()} for ${response.url()}`);
    });
  });
  return { complaints, clean: () => assert.deepEqual(complaints, []) };
}

// Chromium logs each answer with a status of 400 or more and each lost connection. The tests cause those on purpose. It
// also logs that a plain http site gets no isolation.
function isExpected(message) {
  if (/ERR_INTERNET_DISCONNECTED/.test(message.text())) return true; // a test took the network away; the icon may come late
  if (/^Failed to load resource: /.test(message.text())) return !isFile(message.location().url);
  return /^The Cross-Origin-Opener-Policy header has been ignored/.test(message.text());
}

const isFile = (url) => /\/(static\/|favicon)/.test(url);
